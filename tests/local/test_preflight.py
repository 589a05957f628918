from local import preflight


def test_nothing_is_lacking_where_the_tests_run():
    assert preflight.lacking() is None


def test_an_old_interpreter_is_named():
    assert preflight.lacking((3, 10)) == "Python 3.11 or newer is needed, this is 3.10"


def test_a_feature_that_was_not_built_is_named(monkeypatch):
    monkeypatch.setitem(preflight.FEATURES, "_no_such_feature", "something")

    assert "was built without something" in (preflight.lacking() or "")


def test_missing_packages_are_named_with_the_remedy(monkeypatch):
    monkeypatch.setattr(preflight, "PACKAGES", ("boto3", "no_such_package"))

    words = preflight.lacking() or ""

    assert "(no_such_package)" in words
    assert "pip install -r local/requirements.txt" in words
