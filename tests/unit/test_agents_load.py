"""An agent's file: what is right is read, what is wrong is named with its line."""

import time
from pathlib import Path
from typing import Final

import pytest

from offhook.agents.load import load_agent
from offhook.agents.model import Agent
from offhook.agents.yaml_document import MAX_BYTES
from offhook.core.behaviour import PRESETS
from offhook.errors import ConfigurationError

WHOLE: Final = """\
name: harbour-hotel
language: en-US
opening: {mode: fixed, text: "Hello, this is the harbour hotel."}
prompt: |
  You are the receptionist.
knowledge: ["facts.md"]
vocabulary: ["Harbour Hotel"]
lexicon: {quay: key}
stt: {provider: local}
llm: {provider: grounded}
tts: {provider: local}
turn_taking:
  preset: patient
  idle_s: 20
tools:
  - name: end_call
  - name: take_message
phrases:
  goodbye: See you at the harbour.
  backchannels: ["Aye-aye!"]
"""


def agent_of(folder: Path, text: str) -> Agent:
    """Load an agent's file with this text."""
    path = folder / "agent.yaml"
    path.write_text(text, "utf-8")
    return load_agent(path)


def refusal_of(folder: Path, text: str | bytes) -> ConfigurationError:
    """Load a file that must be refused."""
    path = folder / "agent.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigurationError) as caught:
        load_agent(path)
    assert str(path) in str(caught.value)
    return caught.value


def test_a_whole_agent(tmp_path: Path) -> None:
    (tmp_path / "facts.md").write_text("# Rooms\nThere are nine.\n")
    agent = agent_of(tmp_path, WHOLE)
    assert agent.base_dir == tmp_path.resolve()
    assert agent.knowledge_paths() == (tmp_path.resolve() / "facts.md",)
    assert [tool.name for tool in agent.tools] == ["end_call", "take_message"]
    behaviour = agent.behaviour()
    assert behaviour.idle_s == 20
    assert behaviour.min_silence_s == PRESETS["patient"].min_silence_s
    script = agent.script()
    assert (script.opening, script.greeting) == ("fixed", "Hello, this is the harbour hotel.")
    assert script.goodbye == "See you at the harbour."
    assert script.backchannels == ("aye-aye",), "word lists are normalized as the caller's words are"
    assert script.apology.startswith("I am sorry"), "what is not set stays the language's"


def test_a_name_is_enough(tmp_path: Path) -> None:
    agent = agent_of(tmp_path, "name: shop\n")
    assert agent.behaviour() == PRESETS["balanced"]
    assert agent.script().greeting == "Hello, how can I help you?"
    assert [tool.name for tool in agent.tools] == ["end_call"]


@pytest.mark.parametrize("mode", ["generated", "wait"])
def test_only_a_fixed_opening_has_a_greeting(tmp_path: Path, mode: str) -> None:
    script = agent_of(tmp_path, f"name: shop\nopening: {{mode: {mode}}}\n").script()
    assert (script.opening, script.greeting) == (mode, "")


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "agent.yaml"
    path.write_bytes(b"\xef\xbb\xbfname: shop\n")
    assert load_agent(path).name == "shop"


@pytest.mark.parametrize(
    ("text", "line", "parts"),
    [
        ("", 0, ["the file is empty"]),
        ("# nothing\n", 0, ["the file is empty"]),
        ("- name: shop\n", 0, ["found a list", "name: value"]),
        ("just text\n", 0, ["found 'just text'"]),
        ("name: shop\nname: other\n", 2, ["name", "stands twice", "line 1"]),
        ("name: shop\nopening:\n\tmode: wait\n", 3, ["tab", "spaces"]),
        ("name: [\n", 2, ["agent.yaml"]),
        ("name: shop\n---\nname: other\n", 2, ["second document"]),
        ("name: &a shop\nprompt: *a\n", 2, ["aliases"]),
        ("name: !!python/object:os.system shop\n", 1, ["tags"]),
        ("[" * 4000, 1, ["nested too deeply"]),
        ("? [a]\n: b\n", 1, ["must be text"]),
        ("name: sh\x07op\n", 1, ["YAML forbids"]),
        ("name: shop\nlanguge: de\n", 2, ["languge", "did you mean 'language'?"]),
        ("name: shop\nturn_taking:\n  idel_s: 3\n", 3, ["turn_taking.idel_s", "did you mean 'idle_s'?"]),
        ("name: shop\ntts: {provider: local, sped: 1}\n", 2, ["tts.sped", "did you mean 'speed'?"]),
        ("name: shop\ntools:\n  - name: book_table\n    max_praty: 3\n", 4, ["tools[0].max_praty", "'max_party'"]),
        ("name: shop\nturn_taking: {idle_s: 9999}\n", 2, ["turn_taking.idle_s", "9999", "from 1 to 600"]),
        ("name: shop\nturn_taking: {idle_s: '9'}\n", 2, ["found '9'", "a number"]),
        ("name: shop\nturn_taking: {idle_s: .nan}\n", 2, ["turn_taking.idle_s", "a number"]),
        ("name: shop\nturn_taking: {idle_prompts: yes}\n", 2, ["found 'yes'", "whole number"]),
        ("name: shop\nturn_taking: {preset: fast}\n", 2, ["'fast'", "'snappy', 'balanced' or 'patient'"]),
        ("name: shop\nturn_taking: {duck_voice_s: 1}\n", 2, ["duck_voice_s (1)", "smaller than hush_voice_s"]),
        ("name: shop\nturn_taking: {max_call_s: 60}\n", 2, ["warn_before_s (60)", "smaller than max_call_s"]),
        ("name: shop\nopening: hello\n", 2, ["opening", "found 'hello'", "a block"]),
        ("name: shop\nopening: {mode: wait, text: Hi}\n", 2, ["opening", "mode: fixed"]),
        ("name: 12\n", 1, ["the number 12", "quotes"]),
        ("name: shop\nlanguage: true\n", 2, ["found true", "quotes"]),
        ("name: shop\nlanguage: NO\n", 2, ["found 'NO'", "a language tag"]),
        ("name: shop\nlanguage: English\n", 2, ["a language tag such as en-US"]),
        ("name: shop\nlanguage: pl-PL\n", 1, ["pl-PL has no sentences", "opening.text", "goodbye"]),
        ("name: shop\nstt: {provider: nobody}\n", 2, ["no such provider", "'nobody'", "'local'"]),
        ("name: shop\nllm: {provider: openai, fallback: {provider: grounded}}\n", 2, ["llm.fallback", "a list"]),
        ("name: shop\nllm: {provider: openai, fallback: [{}]}\n", 2, ["llm.fallback[0]", "provider"]),
        (
            "name: a\nllm:\n  provider: openai\n  fallback: [{provider: grounded},\n  {provider: openai, modle: x}]\n",
            5,
            ["llm.fallback[1].modle", "did you mean 'model'?"],
        ),
        (
            "name: shop\nllm: {provider: openai, fallback: [{provider: grounded, fallback: []}]}\n",
            2,
            ["llm.fallback[0].fallback", "no field"],
        ),
        (
            "name: shop\ntts: {provider: local, fallback: [{provider: grounded}]}\n",
            2,
            ["tts.fallback[0]", "'grounded'"],
        ),
        ("name: shop\nllm: {provider: openai, hedge: 3}\n", 2, ["llm.hedge", "true or false"]),
        (
            "name: shop\nllm: {provider: openai, first_token_timeout_s: 0}\n",
            2,
            ["llm.first_token_timeout_s", "from 0.2 to 60"],
        ),
        (
            f"name: shop\ntts: {{provider: local, fallback: [{', '.join(['{provider: local}'] * 5)}]}}\n",
            2,
            ["at most 4"],
        ),
        ("name: shop\nstt: {}\n", 2, ["stt", "provider"]),
        ("name: shop\ntools: [{name: fly}]\n", 2, ["tools[0]", "no such tool", "'end_call'"]),
        ("name: shop\ntools: [end_call]\n", 2, ["tools[0]", "a block"]),
        ("name: shop\ntools: [{name: end_call}, {name: end_call}]\n", 2, ["end_call is listed twice"]),
        ("name: shop\nknowledge: facts.md\n", 2, ["knowledge", "a list"]),
        ("name: shop\nknowledge:\n  - none.md\n", 3, ["knowledge[0]", "cannot be read", "none.md"]),
        ("name: shop\nphrases: {goodbye: ''}\n", 2, ["phrases.goodbye", "at least 1"]),
        ("name: shop\nphrases: {greting: Hi}\n", 2, ["phrases.greting"]),
        ("prompt: Hello\n", 1, ["name", "missing"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, line: int, parts: list[str]) -> None:
    message = str(refusal_of(tmp_path, text))
    for part in parts:
        assert part in message
    assert "\n" not in message
    if line:
        assert f"agent.yaml:{line}:" in message


def test_a_secret_in_the_file_is_not_repeated(tmp_path: Path) -> None:
    message = str(refusal_of(tmp_path, "name: shop\nstt: {provider: local, api_key: sk-abcdef}\n"))
    assert "environment" in message
    assert "sk-abcdef" not in message


def test_several_problems_are_all_told(tmp_path: Path) -> None:
    said = str(refusal_of(tmp_path, "name: 1\nprompt: 2\n")).splitlines()
    assert said[0].endswith("2 things do not fit")
    assert [line.partition("agent.yaml:")[2].partition(": the")[0] for line in said[1:]] == ["1: name", "2: prompt"]
    many = str(refusal_of(tmp_path, "name: s\n" + "".join(f"zz{n}: 1\n" for n in range(30))))
    assert many.splitlines()[-1] == "and 18 more"


PLAIN_WORDS = [
    ("turn_taking:\npreset: patient\n", "belongs under turn_taking, indented"),
    ("preset: patient\n", "belongs under turn_taking, indented"),
    ("mode: fixed\n", "belongs under opening, indented"),
    ("turn_taking:\npreset: patient\n", "agent.yaml:2: turn_taking: there is nothing behind the colon"),
    ("prompt:\n", "there is nothing behind the colon"),
    ("llm:\n", "there is nothing behind the colon"),
    ("tools: end_call\n", "lines that begin with `- `"),
    ("tools:\n  - name: end_call\n - name: take_message\n", "a list begins in another column"),
    ("tools:\n- name: end_call\n  - name: x\n", "where a field is expected"),
    ("prompt: Hello: you\n", "quote the text"),
    ("llm:\n  provider: openai\n   model: x\n", "indent this line as its like"),
    ("prompt\nlanguage: de\n", "the line above has no colon"),
    ('opening: {text: "Hi"\nprompt: x\n', "is not closed"),
    ("stt: [a, b\nprompt: x\n", "is not closed"),
    ('prompt: "abc\nlanguage: de\n', "was opened is not closed"),
    ("prompt: @x\n", "put it in quotes"),
    ('prompt: "a" b\n', "put the whole text in quotes"),
    ('prompt: "a \\q b"\n', "a backslash in double quotes"),
]


@pytest.mark.parametrize(("text", "words"), PLAIN_WORDS)
def test_slips_of_the_hand_are_told_in_plain_words(tmp_path: Path, text: str, words: str) -> None:
    said = str(refusal_of(tmp_path, f"name: s\n{text}"))
    assert words in said
    assert "<" not in said and "token" not in said, "no word of the parser's"


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    assert "too large" in str(refusal_of(tmp_path, "name: shop\nprompt: |\n  " + "x" * MAX_BYTES))


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"k{at}: v\n" for at in range(40_000)), "x: [" + "y, " * 200_000 + "]",
        "opening: {}\nturn_taking: {}\nphrases: {}\n" + "".join(f"k{at}: v\n" for at in range(100)),
    ],
    ids=["keys", "a list", "unknown fields"],
)  # fmt: skip
def test_a_file_of_many_values_is_judged_soon(tmp_path: Path, text: str) -> None:
    """It was twelve seconds for the first, and ten for a hundred unknown fields beside a few blocks."""
    refusal_of(tmp_path, "z: 1\n")
    begun_at = time.process_time()
    refusal_of(tmp_path, text)
    assert time.process_time() - begun_at < 2.0


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    message = str(refusal_of(tmp_path, b"name: shop\nprompt: \xff\xfe\n"))
    assert "agent.yaml:2" in message
    assert "UTF-8" in message


def test_paths_that_are_no_file(tmp_path: Path) -> None:
    for path, part in ((tmp_path, "folder"), (tmp_path / "none.yaml", "no such file")):
        with pytest.raises(ConfigurationError, match=part):
            load_agent(path)


def test_a_language_without_sentences_takes_them_from_the_file(tmp_path: Path) -> None:
    names = (
        "goodbye", "idle_goodbye", "warning", "time_over", "apology", "repeat", "deaf", "failure_goodbye", "presence",
        "absent_goodbye", "transfer", "transfer_failed", "returned",
    )  # fmt: skip
    phrases = "".join(f"  {name}: Dobrze.\n" for name in names) + '  idle: ["Halo?"]\n  filler: [Moment.]\n'
    text = "name: shop\nlanguage: pl-PL\nopening: {text: Halo.}\nphrases:\n" + phrases
    script = agent_of(tmp_path, text).script()
    assert (script.language, script.greeting, script.deaf, script.idle) == ("pl-PL", "Halo.", "Dobrze.", ("Halo?",))


def test_a_country_whose_numbers_callers_tell(tmp_path: Path) -> None:
    assert agent_of(tmp_path, "name: a\ncountry: GB\n").script().country == "GB"
    assert agent_of(tmp_path, "name: a\n").script().country == ""
    for wrong in ("gb", "ZZ", "England"):
        refused = refusal_of(tmp_path, f"name: a\ncountry: {wrong}\n")
        assert wrong in str(refused)
        assert "two capital letters" in str(refused)
