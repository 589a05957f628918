"""Bugs of voice sessions, seeded on purpose: each breaks one rule of how they are held."""

from typing import Final

from tests.faults.mutation import Mutation

_JITTER: Final = "functions/domain/voice/jitter.py"
_HOLDING: Final = "functions/domain/voice/holding.py"
_ENDING: Final = "functions/operations/voice/ending.py"
_ENDINGS: Final = "functions/domain/voice/endings.py"
_SESSION: Final = "functions/operations/voice/session.py"
_HANDING: Final = "functions/operations/voice/handing.py"
_TAKING: Final = "functions/operations/voice/taking.py"
_FAILING: Final = "functions/operations/voice/failing.py"
_RUNNING: Final = "functions/operations/voice/running.py"

MUTATIONS: Final = (
    Mutation(
        "a doubled frame is heard twice",
        _JITTER,
        "        if seq < self.next or seq in self._waiting:\n",
        "        if False:\n",
        "the channel may deliver twice",
    ),
    Mutation(
        "a missing frame is lost at once",
        _JITTER,
        "return now - since >= WAIT_MILLISECONDS or",
        "return now - since >= 0 or",
        "the channel promises no order",
    ),
    Mutation(
        "a frame that never comes is not counted",
        _JITTER,
        "        self.lost += missing\n",
        "",
        "losses equal those that were injected",
    ),
    Mutation(
        "the next generation hears from where it would like to",
        _SESSION,
        "        first = max(taken.from_seq, self.hearing.following)\n",
        "        first = taken.from_seq\n",
        "a request that is late finds frames heard that the next one hears too",
    ),
    Mutation(
        "numbers begin anew with each generation",
        "functions/operations/voice/saying.py",
        "        self._turns.turn, self._turns.seq = before.turn, before.out_seq\n",
        "",
        "clients put audio in order by its number",
    ),
    Mutation(
        "each end has an id of its own",
        _ENDINGS,
        "key=session, key_at=time_of(session) + 1)",
        "key=f'{session}{at}{reason}')",
        "a session that is ended by two functions ends twice",
    ),
    Mutation(
        "a hold that was given up keeps the end from being written",
        _ENDING,
        "    except ClaimRefusedError:  # the conversation was given up before, or is another session's\n"
        "        is_new = log.append(end, claims)\n",
        "    except ClaimRefusedError:\n        return None\n",
        "a session without an end is open for ever",
    ),
    Mutation(
        "nothing is given back",
        _HOLDING,
        "    return (*seats, *seconds)\n",
        "    return ()\n",
        "seats and seconds are paid for that nobody used",
    ),
    Mutation(
        "a renewal is counted each time it is asked for",
        "functions/operations/voice/renewing.py",
        "grant(claims, token)",
        "grant(claims, means.draw())",
        "whoever gets no answer asks again",
    ),
    Mutation(
        "what was told to end is held all the same",
        _FAILING,
        "        if self._is_anothers(start):\n",
        "        if True:\n",
        "a killed function cannot end its session",
    ),
    Mutation(
        "a doubled start is held twice",
        _RUNNING,
        "            return False\n",
        "            return True\n",
        "an asynchronous invocation is delivered at least once",
    ),
    Mutation(
        "a grant is asked for once",
        _TAKING,
        "            await self._publish(Taken(self._start.generation, self._first_heard))\n",
        "            if self.session is None and not self._early:\n"
        "                await self._publish(Taken(self._start.generation, self._first_heard))\n",
        "what is published may be lost",
    ),
    Mutation(
        "the older one leaves at once",
        _HANDING,
        "        await self._linger()\n",
        "",
        "the answer to the next generation may be lost",
    ),
)
