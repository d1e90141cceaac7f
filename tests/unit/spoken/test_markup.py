"""What is written and never said: gone for every voice, whether it reads numbers by itself or not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.speech.ports import Setup
from offhook.speech.spoken.markup import LONGEST_WORD, clean
from offhook.speech.voice_words import speaker

ROWS = [
    # told to engines in brackets, and tags that were escaped
    ('Sure. &lt;break time="1s"/&gt; One moment.', "Sure. One moment."),
    ('Sure. &amp;lt;break time="1s"/&amp;gt; One moment.', "Sure. One moment."),
    ("Sure. \\u003cbreak time='1s'/\\u003e One moment.", "Sure. One moment."),
    ("Sure. &#60;emphasis&#62;Yes&#60;/emphasis&#62;.", "Sure. Yes."),
    ("Sure {pause:1s} one moment.", "Sure one moment."),
    ("Sure {{pause 1s}} one [500ms pause] moment. [pause: 2]", "Sure one moment."),
    ("Sure (1 second pause) one moment.", "Sure one moment."),
    ("[laughs] Sure. [laughs at the joke] Right.", "Sure. Right."),
    ("{laughs} Fine. <<sighs>> Well. _chuckles softly_ Yes.", "Fine. Well. Yes."),
    ("[emotion: happy] Great! [/emotion] [tone=warm] Hi.", "Great! Hi."),
    ("{emotion=happy}Hi{/emotion} there", "Hi there"),
    ("<#0.5#> Fine. :smile: Yes :thumbs_up: well.", "Fine. Yes well."),
    ("[speaking slowly] Hello. [in a warm voice] Hello. [S1] Hi.", "Hello. Hello. Hi."),
    ("(lacht) Gern. [seufzt tief] Ja. *lächelt* Gut.", "Gern. Ja. Gut."),
    ("<scratchpad>hm</scratchpad>Yes. <analysis>so</analysis> No.", "Yes. No."),
    ('Yes. <tool_call>{"name": "book"}</tool_call> Done.', "Yes. Done."),
    ("<function=book>{}</function> Done.", "Done."),
    ("&euro;5 &mdash; caf&eacute; &lt;3", "€5 — café <3"),
    ("I have [two rooms] and {three} at 5:30: yes.", "I have two rooms and three at 5:30: yes."),
    # signs beside numbers stay for a voice that reads by itself
    ("$ 12 is it", "$ 12 is it"),
    ("It is 12 €.", "It is 12 €."),
    ("That is 12 %, thanks", "That is 12 %, thanks"),
    # Markdown
    ("Your code is **4711** 😊 # Hours", "Your code is 4711 Hours"),
    ("# Hours", "Hours"),
    ("### Opening hours\nWe open at 9.", "Opening hours We open at 9."),
    ("__bold__ *it* _it_ ~~old~~ `code`", "bold it it old code"),
    ("***very*** important", "very important"),
    ("snake_case stays", "snake_case stays"),
    ("- Eggs 12\n- Milk 3", "Eggs 12, Milk 3"),
    ("We have:\n* Eggs\n* Milk", "We have: Eggs, Milk"),
    ("• one • two", "one two"),
    ("- [x] done\n- [ ] open", "done, open"),
    ("1. Eggs\n2. Milk", "1. Eggs 2. Milk"),
    ("> quoted\n> words", "quoted words"),
    ("| Day | Hours |\n|-----|:---:|\n| Mon | 9-5 |", "Day, Hours, Mon, 9-5"),
    ("above\n---\nbelow", "above below"),
    ("```python\nprint(5)\n```", "print(5)"),
    ("[our site](https://x.y/z?a=1) now", "our site now"),
    ("[Menu](https://x.y/a_(b) \"The menu\"), please", "Menu, please"),
    ("see [the menu][1] and ![a picture](x.png) too", "see the menu and too"),
    ("a fact.[1] Another[^2] one", "a fact. Another one"),
    ("press [1] for sales", "press 1 for sales"),
    ("a \\*star\\*", "a star"),
    ("<https://example.com>", "https://example.com"),
    ("Tom &amp; Jerry&nbsp;5 &lt;b&gt;", "Tom & Jerry5"),
    # tags
    ('<break time="1.5s" /> Okay.', "Okay."),
    ("<speak>Hello <emphasis level='strong'>you</emphasis></speak>", "Hello you"),
    ('<say-as interpret-as="digits">123</say-as>', "123"),
    ("<sub alias='World Wide Web'>WWW</sub>", "WWW"),
    ("a<br>b <br/>c", "ab c"),
    ("<!-- note -->Hi", "Hi"),
    ('Sure. <break time="1', "Sure."),
    ("5 < 6 and 7 > 3, x<5", "5 < 6 and 7 > 3, x<5"),
    # thoughts
    ("<think>They want two rooms.</think> Sure.", "Sure."),
    ("<think>They want", ""),
    ("two rooms.</think>Sure.", "Sure."),
    ("<thinking>\nHm.\n</thinking>\n\nYes.", "Yes."),
    ("<|im_start|>Hi<|im_end|>", "Hi"),
    ("Hi 【3†source】there", "Hi there"),
    # directions and other engines' markup
    ("[laughs] Sure [sighs softly].", "Sure."),
    ("Hello ! wait ... what", "Hello! wait, what"),
    ("*clears throat* Hello (laughs)", "Hello"),
    ("[short pause] So.", "So."),
    ("[lacht] Ja.", "Ja."),
    ("*really* good", "really good"),
    ("[Company name] here (free)", "Company name here (free)"),
    ("[A](/ˈA/)B12", "AB12"),
    ("[[slnc 200]] Hi", "Hi"),
    # signs
    ("🎉 Hi 👍🏽 👨‍👩‍👧 🇩🇪 ™ ®", "Hi"),
    ("1️⃣ one", "1 one"),
    ("2½ hours, ½ mile, 50 m²", "2½ hours, ½ mile, 50 m²"),
    ("１２ ﬁne ①", "12 fine 1"),
    ("٣ tables", "3 tables"),
    ("it’s −5 °C", "it's -5 °C"),
    ("word⁴ done", "word done"),
    ("a\u200bb \ufeffc", "ab c"),
    ("9 – 5", "9 – 5"),
    ("— hello —", "hello"),
    ("café cafe\u0301", "café café"),
    ("... - 😀 ***", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), ROWS)
def test_a_voice_that_reads_by_itself_gets_words_alone(text: str, said: str) -> None:
    assert speaker(Setup(language="x"), spell_out=False)(text).said == said


@pytest.mark.parametrize("language", ["en-US", "en-GB", "de-DE", "ja-JP"])
@pytest.mark.parametrize("text", [row[0] for row in ROWS])
def test_no_language_brings_markup_back(text: str, language: str) -> None:
    said = speaker(Setup(language=language), spell_out=True)(text).said
    assert not set(said) & set("*`~|{}[]\\😊🎉•\u2060")
    assert "think" not in said
    assert "break time" not in said


marks = st.sampled_from(
    ["<", ">", "</",  "think>", "<think>", "[", "](", ")", "*", "**", "`", "```", "|", "#", "- ", "\n", "&amp;", "=",
     "/>", "[[", "]]", "【", "】", "½", "\x00", "\u2028", "a", "laughs", "(", "1", " "]
)  # fmt: skip


@given(st.lists(st.one_of(marks, st.text(max_size=8)), max_size=40).map("".join))
def test_there_is_one_word_for_each_and_cleaning_twice_changes_little(text: str) -> None:
    words = clean(text)
    assert len(words) == len(text.split())
    assert not any(c.isspace() or c == "\x00" for word in words for c in word)
    assert clean("x " + "y" * 2 * LONGEST_WORD)[1] == "y" * LONGEST_WORD


@given(st.text(alphabet=st.characters(categories=["Ll", "Lu", "Nd"], max_codepoint=0x17F), max_size=60))
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert clean(text) == unicodedata.normalize("NFKC", text).split()
