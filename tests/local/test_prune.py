import local.resources  # noqa: F401  # fills the registry
from local.prune import Deployed, surplus

ROLE, TABLE = "aws:iam/role:Role", "aws:dynamodb/table:Table"


def test_what_is_no_longer_there_is_removed_the_last_made_first():
    before = [Deployed(ROLE, "a", "a"), Deployed(ROLE, "b", "b"), Deployed(ROLE, "c", "c")]

    assert [each.id for each in surplus(before, [before[1]])] == ["c", "a"]


def test_what_got_another_id_is_removed_under_the_old_one():
    before, now = [Deployed(ROLE, "a", "old")], [Deployed(ROLE, "a", "new")]

    assert surplus(before, now) == before


def test_what_only_changed_its_logical_name_stays():
    before, now = [Deployed(ROLE, "a", "same")], [Deployed(ROLE, "b", "same")]

    assert surplus(before, now) == []


def test_tables_stay():
    assert surplus([Deployed(TABLE, "a", "a")], []) == []
