import pytest

from local import stackfile
from local.errors import LocalError


def written(folder, text):
    (folder / "Pulumi.local.yaml").write_text(text)
    return folder


def test_values_are_text_as_the_cli_hands_them_over(tmp_path):
    root = written(
        tmp_path,
        "config:\n  airium-realtime:endpoint: http://127.0.0.1:1\n"
        "  a:flag: true\n  a:number: 5\n  a:object: {x: [1, yes]}\n",
    )

    values = stackfile.read(root).values

    assert (values["a:flag"], values["a:number"], values["a:object"]) == ("true", "5", '{"x":[1,true]}')


def test_another_endpoint_takes_the_place_of_the_files_everywhere(tmp_path):
    root = written(
        tmp_path,
        "config:\n  airium-realtime:endpoint: http://127.0.0.1:4566\n"
        "  aws:endpoints: [{sqs: 'http://127.0.0.1:4566', iam: 'http://127.0.0.1:4566'}]\n",
    )

    values = stackfile.read(root).at("http://127.0.0.1:9")

    assert values == {
        "airium-realtime:endpoint": "http://127.0.0.1:9",
        "aws:endpoints": '[{"sqs":"http://127.0.0.1:9","iam":"http://127.0.0.1:9"}]',
    }


def test_the_default_port_is_that_of_the_stack_file():
    assert stackfile.read().port == 4566


@pytest.mark.parametrize("text", ["", "config:\n", "config: {a:b: 1}\n", "[", "config: []\n"])
def test_a_file_that_says_nothing_is_one_clear_error(tmp_path, text):
    with pytest.raises(LocalError, match=r"Pulumi\.local\.yaml"):
        stackfile.read(written(tmp_path, text))


def test_a_missing_file_is_one_clear_error(tmp_path):
    with pytest.raises(LocalError, match=r"Pulumi\.local\.yaml"):
        stackfile.read(tmp_path)


def test_a_given_value_goes_before_the_files(tmp_path):
    root = written(
        tmp_path,
        "config:\n  airium-realtime:endpoint: http://127.0.0.1:4566\n  airium-realtime:identity: query\n",
    )

    values = stackfile.read(root).at("http://127.0.0.1:1", {"airium-realtime:identity": "cognito"})

    assert values["airium-realtime:identity"] == "cognito"
    assert values["airium-realtime:endpoint"] == "http://127.0.0.1:1"
