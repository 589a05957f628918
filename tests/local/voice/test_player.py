"""What is played: pieces in order, each once, until somebody breaks in."""

from local.voice.player import Piece, Player


def player(*pieces: Piece) -> Player:
    made = Player(1_000)  # two bytes are a millisecond
    for piece in pieces:
        made.add(piece)
    return made


def test_pieces_are_played_in_their_order_in_parts_of_any_size() -> None:
    heard = player(Piece(0, 1, b"cdef"), Piece(0, 0, b"ab"))

    assert [heard.take(3), heard.take(2), heard.take(9), heard.take(9)] == [b"abc", b"de", b"f", b""]
    assert heard.is_empty


def test_a_piece_that_comes_twice_or_too_late_is_not_played_again() -> None:
    heard = player(Piece(0, 0, b"ab"), Piece(0, 0, b"ab"), Piece(0, 2, b"ef"))
    assert heard.take(4) == b"abef"

    heard.add(Piece(0, 1, b"cd"))

    assert heard.take(9) == b""


def test_a_turn_that_is_broken_into_is_played_no_more_and_tells_how_far_it_was() -> None:
    heard = player(Piece(0, 0, b"ab"), Piece(0, 1, b"cdef"))
    heard.take(4)

    assert heard.stop(0) == 2
    heard.add(Piece(0, 2, b"gh"))
    heard.add(Piece(1, 3, b"ij"))

    assert heard.take(9) == b"ij"
    assert heard.stop(7) == 0
