"""Thoughts in the text are never spoken, wherever the stream is cut."""

import random

import pytest

from offhook.speech.llm.thoughts import HELD_CHARS, Thoughts

THOUGHT = "They want two rooms. Is 2 < 3? [yes] I say sure."
SPOKEN = "Sure, two rooms. That is $120 < $150 [for now]."
FINAL = f"<|start|>assistant<|channel|>final <|constrain|>JSON<|message|>{SPOKEN}"
TAGGED = [
    f"<think>{THOUGHT}</think>{SPOKEN}",
    f"<think>\n{THOUGHT}\n</think>\n\n{SPOKEN}",
    f"\n\n <think>\n\n</think>\n\n{SPOKEN}",
    f"< think >{THOUGHT}< / think > {SPOKEN}",
    f"<THINK>{THOUGHT}</Think>\n{SPOKEN}",
    f"<thinking>{THOUGHT}</thinking>{SPOKEN}",
    f"<thought>{THOUGHT}</thought>{SPOKEN}",
    f"<think>{THOUGHT}</thinking>{SPOKEN}",
    f"[THINK]{THOUGHT}[/THINK]{SPOKEN}",
    f"\u25c1think\u25b7{THOUGHT}\u25c1/think\u25b7{SPOKEN}",
    f"<seed:think>{THOUGHT}</seed:think>{SPOKEN}",
    f"<think>{THOUGHT}</think></think>{SPOKEN}",
    f"<think><think>{THOUGHT}</think>\n{SPOKEN}",
    f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>{SPOKEN}<|return|>",
    f"</think>\n\n{SPOKEN}",
    f"<scratchpad>{THOUGHT}</scratchpad>{SPOKEN}",
    f"<scratch_pad>{THOUGHT}</scratch_pad>\n{SPOKEN}",
    f"<analysis>{THOUGHT}</analysis>{SPOKEN}",
    f"<reason>{THOUGHT}</reason>{SPOKEN}",
    f"<antThinking>{THOUGHT}</antThinking> {SPOKEN}",
    f"<inner_monologue>{THOUGHT}</inner_monologue> {SPOKEN}",
    f"<mm:think>{THOUGHT}</mm:think> {SPOKEN}",
    f"<think:opensource>{THOUGHT}</think:opensource> {SPOKEN}",
    f'<think effort="low">{THOUGHT}</think> {SPOKEN}',
    f"<think>{THOUGHT}</think>\n<answer>\n{SPOKEN}\n</answer>",
    f"<|START_THINKING|>{THOUGHT}<|END_THINKING|><|START_RESPONSE|>{SPOKEN}<|END_RESPONSE|>",
    f"<|begin_of_thought|>\n{THOUGHT}\n<|end_of_thought|>\n\n<|begin_of_solution|>\n{SPOKEN}\n<|end_of_solution|>",
    f"<|inner_prefix|>{THOUGHT}<|inner_suffix|>{SPOKEN}<|assistant_end|>",
    f"<|think|>{THOUGHT}<|end|><|begin|>assistant<|content|>{SPOKEN}<|end|>",
    f"<unused94>thought\n{THOUGHT}<unused95>{SPOKEN}",
    f"<|channel>thought\n{THOUGHT}\n<channel|>{SPOKEN}<turn|>",
    f"Here are my reasoning steps:\n{THOUGHT}\n[BEGIN FINAL RESPONSE]\n{SPOKEN}\n[END FINAL RESPONSE]",
    f"Here is my thought process:\n\n{THOUGHT}\n\nHere is my response:\n\n{SPOKEN}",
    f"<|start|>assistant<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>{SPOKEN}",
    f"<|channel|>commentary to=functions.book <|constrain|>json<|message|>{{}}<|call|>{FINAL}",
    f"<|channel|>analysis to=functions.book code<|message|>{THOUGHT}<|end|>{FINAL}<|return|>",
    f"analysis{THOUGHT}assistantfinal{SPOKEN}",
    f"assistantanalysis{THOUGHT}assistantcommentary to=functions.x{{}}assistantfinal{SPOKEN}",
    f"<\uff5cbegin\u2581of\u2581thinking\uff5c>{THOUGHT}<\uff5cend\u2581of\u2581thinking\uff5c>{SPOKEN}",
    f"<longcat_think>{THOUGHT}</longcat_think>{SPOKEN}",
    f"<seed:think>{THOUGHT}<seed:cot_budget_reflect>x</seed:cot_budget_reflect></seed:think>{SPOKEN}",
    f"<Thought Process>{THOUGHT}</Thought Process>{SPOKEN}",
    f"<inner-monologue>{THOUGHT}</inner-monologue>{SPOKEN}",
    f"<thoughts_before_reply>{THOUGHT}</thoughts_before_reply>{SPOKEN}",
    f"<step_by_step>{THOUGHT}</step_by_step>{SPOKEN}",
    f"<deepthink>{THOUGHT}</deepthink>{SPOKEN}",
    f"<|reasoning_start|>{THOUGHT}<|reasoning_end|>{SPOKEN}",
    f"<|think|>{THOUGHT}<|end_of_think|>{SPOKEN}",
    f"<start_of_thought>{THOUGHT}<end_of_thought>{SPOKEN}",
    f"[BEGIN_THINKING]{THOUGHT}[END_THINKING]{SPOKEN}",
    f"[Internal Monologue]{THOUGHT}[/Internal Monologue]{SPOKEN}",
    f"{{thinking}}{THOUGHT}{{/thinking}}{SPOKEN}",
    f"<<think>>{THOUGHT}<</think>>{SPOKEN}",
    f"<!-- thinking: {THOUGHT} -->{SPOKEN}",
    f"```thinking\n{THOUGHT}\n```\n{SPOKEN}",
    f"<details><summary>Thinking</summary>{THOUGHT}</details>{SPOKEN}",
    f"&lt;think&gt;{THOUGHT}&lt;/think&gt;{SPOKEN}",
    f"\\<think\\>{THOUGHT}\\</think\\>{SPOKEN}",
    f"<|im_start|>assistant\n<think>{THOUGHT}</think>{SPOKEN}",
    f"<thinking>{THOUGHT}<response>{SPOKEN}</response>",
    f"<think>{THOUGHT}</think><|begin_of_box|>{SPOKEN}<|end_of_box|>",
    f"<think>{THOUGHT}</think><final_response>{SPOKEN}</final_response>",
    f"**Thinking:** {THOUGHT}\n\n**Response:** {SPOKEN}",
    f"## Thinking\n\n{THOUGHT}\n\n## Final Response\n\n{SPOKEN}",
    f"Thought: {THOUGHT}\nFinal Answer: {SPOKEN}",
    f"Thinking Process:\n\n{THOUGHT}\n</think>\n\n{SPOKEN}",
]


def said(pieces: list[str], *, are_unopened: bool = False, is_cut: bool = False) -> tuple[str, Thoughts]:
    thoughts = Thoughts(are_unopened=are_unopened)
    text = "".join([thoughts.feed(piece) for piece in pieces])
    return text + thoughts.finish(is_cut=is_cut), thoughts


@pytest.mark.parametrize("text", TAGGED)
def test_a_leading_thought_is_left_out_however_it_is_cut(text: str) -> None:
    for at in range(len(text) + 1):
        found, thoughts = said([text[:at], text[at:]])
        assert found.strip() == SPOKEN, f"cut at {at}"
        assert not thoughts.were_unopened
    found, _ = said(list(text))
    assert found.strip() == SPOKEN, "letter by letter"


def test_any_cuts_into_many_pieces() -> None:
    for seed in range(300):
        chance = random.Random(seed)
        text, pieces = chance.choice(TAGGED), []
        while text:
            size = chance.randint(1, 9)
            pieces.append(text[:size])
            text = text[size:]
        assert said(pieces)[0].strip() == SPOKEN, f"seed {seed}"


@pytest.mark.parametrize(
    "text",
    [
        "Hello.",
        " a < b and c > d",
        "[one] <two>",
        "<",
        "I think <b>so</b>",
        "<thinkpad>",
        "</p>",
        "",
        "   x ",
        "Here is my response: yes",
        "Here are my rooms: two",
        "Here",
        "a plan <planner> [thin",
        "<reasonable>",
        "<|x|>",
        "Analysis of your bill takes a day.",
        "analysis of it",
        "My thoughts are with you.",
        "[thinking] Let me see.",
        "Take the {plan} or <<reason>>, my answer is yes.",
        "# Thinking about it",
        "The answer: yes.",
        "a <b",
        "<!",
        "`",
        "A & B",
        "\\",
    ],
)
def test_plain_text_is_given_as_it_is(text: str) -> None:
    for at in range(len(text) + 1):
        assert said([text[:at], text[at:]])[0] == text


def test_text_comes_at_once() -> None:
    thoughts = Thoughts()
    assert thoughts.feed("Sure, ") == "Sure, " and not thoughts.is_hidden
    assert thoughts.feed("two <") == "two "
    assert thoughts.feed(" three") == "< three"


def test_a_thought_in_the_middle_is_left_out_too() -> None:
    assert said([f"Well. <think>{THOUGHT}</think> Sure."])[0] == "Well. Sure."


def test_a_thought_that_never_ends_says_nothing() -> None:
    found, thoughts = said([f"<think>{THOUGHT}"])
    assert found == "" and thoughts.is_hidden


def test_thoughts_without_an_opening_tag_are_held_and_known_afterwards() -> None:
    pieces = [*THOUGHT, "\n</thi", "nk>\n\n", "Sure."]
    found, first = said(pieces)
    assert found.endswith("Sure.") and "</think>" not in found, "what was said cannot be taken back"
    assert first.were_unopened, "but it is known from then on"
    found, second = said(pieces, are_unopened=True)
    assert found == "Sure." and second.were_unopened
    whole, third = said([f"{THOUGHT}\n</think>\n\nSure."])
    assert whole == "Sure." and third.were_unopened, "in one piece nothing of it is said even the first time"


def test_held_text_without_a_thought_is_said_at_the_end() -> None:
    found, thoughts = said(["Good ", "day."], are_unopened=True)
    assert found == "Good day." and not thoughts.were_unopened and not thoughts.is_hidden
    cut, thoughts = said(["I ask myself"], are_unopened=True, is_cut=True)
    assert cut == "" and thoughts.is_hidden, "what the bound cut was thought"


def test_a_server_that_gives_thoughts_apart_needs_no_holding() -> None:
    thoughts = Thoughts(are_unopened=True)
    assert thoughts.feed("Good ") == ""
    assert thoughts.release() == "Good "
    assert thoughts.feed("day.") == "day."


def test_what_is_held_is_bounded() -> None:
    thoughts = Thoughts(are_unopened=True)
    for _ in range(50):
        assert thoughts.feed("x" * 8192) == ""
    assert thoughts.finish(is_cut=False) == ""
    assert len(vars_of(thoughts)) <= HELD_CHARS + 1


def vars_of(thoughts: Thoughts) -> str:
    return thoughts._held
