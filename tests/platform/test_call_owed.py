"""What a call leaves behind, by what was said: promises and what kept them, questions, wishes; and what is counted."""

import pytest

from offhook.call.journal import Line
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist
from offhook.core.endings import EndReason
from offhook.platform.call_account import Account, Told
from offhook.platform.gaps import counted, percentile
from offhook.platform.local_days import DAY_MS, HOUR_MS, offsets
from offhook.platform.price_book import PriceBook
from offhook.platform.same_question import are_same, put
from tests.insight_world import What, header, told, tool, turn


def account_of(*turns: tuple[str, str], language: str = "en-US", lines: list[tuple[float, What]] | None = None) -> Told:
    account = Account(header(language=language))
    every = sorted([*told(*turns), *(lines or [])], key=lambda line: line[0])
    for at, what in [*every, (30.0, cmd.EndCall(EndReason.CALLER_HUNG_UP))]:
        account.add(Line(at, what))
    return account.told(PriceBook(), 0, "")


def kinds(told: Told) -> list[tuple[str, str | None]]:
    return [(promise.kind, promise.kept_by) for promise in told.promises]


@pytest.mark.parametrize(
    ("language", "said", "kind"),
    [
        ("en-US", "I've booked a table for four at eight.", "booked"),
        ("en-US", "Your appointment on Friday is confirmed.", "booked"),
        ("en-GB", "I've cancelled that for you.", "canceled"),
        ("en-US", "We'll send you an email with the details.", "sent"),
        ("en-US", "All right, a colleague will call you this afternoon.", "call_back"),
        ("en-US", "Someone will get back to you.", "call_back"),
        ("de-DE", "Ich habe Ihnen einen Tisch für vier Personen reserviert.", "booked"),
        ("de-DE", "Ich habe den Termin am Freitag storniert.", "canceled"),
        ("de-DE", "Ich schicke Ihnen gleich eine SMS.", "sent"),
        ("de-DE", "Wir rufen Sie morgen Vormittag zurück.", "call_back"),
        ("de-DE", "Eine Kollegin meldet sich heute noch bei Ihnen.", "call_back"),
        ("de-DE", "Ich gebe das an die Werkstatt weiter.", "noted"),
        ("es-ES", "Le llamaremos mañana.", "call_back"),
        ("fr-FR", "Nous vous rappellerons demain.", "call_back"),
        ("it-IT", "La richiameremo domani.", "call_back"),
        ("nl-NL", "We bellen u morgen terug.", "call_back"),
        ("pt-BR", "Vamos ligar amanhã.", "call_back"),
    ],
)
def test_what_the_agent_promises_is_found_in_its_language(language: str, said: str, kind: str) -> None:
    assert kinds(account_of(("Please.", said), language=language)) == [(kind, None)]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en-US", "Shall I book a table for you?"),
        ("en-US", "I have not booked anything yet."),
        ("en-US", "If you tell me your name, I'll send you an email."),
        ("en-US", "That table is reserved, I am afraid."),
        ("en-US", "The concert has been cancelled."),
        ("en-US", "Please call us back tomorrow."),
        ("de-DE", "Soll ich Sie zurückrufen lassen?"),
        ("de-DE", "Am Freitag ist alles reserviert."),
        ("de-DE", "Ich habe noch nichts gebucht, das kann ich nicht."),
        ("de-DE", "Bitte rufen Sie morgen noch einmal an."),
    ],
)
def test_what_is_no_promise_is_none(language: str, said: str) -> None:
    assert kinds(account_of(("Please.", said), language=language)) == []


@pytest.mark.parametrize(
    ("name", "said", "kept"),
    [
        ("create_reservation", "I have booked a table.", True),
        ("termin_buchen", "I have booked a table.", True),
        ("crm_action", "I have booked a table.", True),
        ("search_tables", "I have booked a table.", False),
        ("send_sms", "I will send you a message.", True),
        ("take_message", "We will call you back.", True),
        ("get_weather", "We will call you back.", False),
    ],
)
def test_a_promise_is_kept_by_a_tool_that_returned(name: str, said: str, kept: bool) -> None:
    told = account_of(("Please.", said), lines=tool(name, 5.5))
    assert told.promises[0].kept_by == (name if kept else None)
    assert (told.sums["unkept"], told.sums["successes"]) == ((0, 1) if kept else (1, 0))
    failed = account_of(("Please.", said), lines=tool(name, 5.5, hist.Outcome.FAILED))
    assert failed.promises[0].kept_by is None


@pytest.mark.parametrize(
    ("language", "asked", "said", "is_open"),
    [
        ("en-US", "Can I bring my dog?", "I'm sorry, I don't know that.", True),
        ("en-US", "Do you have a gym?", "I'm afraid I don't have any information about a gym.", True),
        ("en-US", "How long is the pool open?", "I do not have that information. Shall I take a message?", True),
        ("en-US", "What about the other one?", "I don't know which one you mean.", False),
        ("en-US", "Can I bring my dog?", "Yes, dogs are welcome.", False),
        ("en-US", "Okay.", "I don't know that.", False),
        ("de-DE", "Kann ich meinen Hund mitbringen?", "Das weiß ich leider nicht.", True),
        ("de-DE", "Haben Sie eine Sauna?", "Dazu habe ich leider keine Informationen.", True),
        ("de-DE", "Wann öffnet die Bar?", "Das kann ich Ihnen leider nicht sagen.", True),
        ("de-DE", "Und die andere?", "Ich weiß leider nicht, was Sie meinen.", False),
        ("es-ES", "¿Puedo llevar a mi perro?", "Lo siento, no tengo esa información.", True),
        ("fr-FR", "Avez-vous une piscine ?", "Désolé, je ne sais pas.", True),
    ],
)
def test_a_question_without_an_answer_is_found(language: str, asked: str, said: str, is_open: bool) -> None:
    told = account_of((asked, said), language=language)
    assert [one.text for one in told.unanswered] == ([asked] if is_open else [])


def test_a_search_without_a_hit_is_a_question_when_it_was_one_and_was_not_asked_back() -> None:
    def found(asked: str, said: str, *passages: str) -> list[str]:
        search: list[tuple[float, What]] = [(5.25, ev.KnowledgeFound(2, asked, passages))]
        return [one.text for one in account_of((asked, said), lines=search).unanswered]

    assert found("Do you have a helipad?", "We have everything.") == ["Do you have a helipad?"]
    assert found("Do you have a helipad?", "We have.", "Helipad: on the roof.") == []
    assert found("My name is Miller.", "Good day.") == [], "that was no question"
    assert found("Do you have a helipad?", "For which day?") == [], "it asks back"


def test_a_short_question_stands_with_the_one_before_it() -> None:
    told = account_of(("When does the bar open?", "At six."), ("And on Sunday?", "I don't know that."))
    assert [one.text for one in told.unanswered] == ["When does the bar open? And on Sunday?"]


@pytest.mark.parametrize(
    ("language", "text", "is_wish"),
    [
        ("en-US", "Could somebody call me back tomorrow?", True),
        ("en-US", "Please have Mister Smith call me.", True),
        ("en-US", "You don't need to call me back.", False),
        ("en-US", "I will call you tomorrow.", False),
        ("de-DE", "Können Sie mich nicht zurückrufen?", True),
        ("de-DE", "Ich bitte um Rückruf.", True),
        ("de-DE", "Rufen Sie mich bitte morgen zurück.", True),
        ("de-DE", "Sie müssen mich nicht zurückrufen.", False),
    ],
)
def test_who_wants_to_be_called_is_heard(language: str, text: str, is_wish: bool) -> None:
    assert bool(account_of((text, "Good."), language=language).wishes) is is_wish


def test_the_same_question_in_other_words_is_the_same() -> None:
    def alike(one: str, other: str, language: str = "en-US") -> bool:
        return are_same(put(one, language), put(other, language), language, None)

    assert alike("Can I bring my dog?", "Am I allowed to bring a dog?")
    assert alike("What does breakfast cost?", "How much does the breakfast cost?")
    assert alike("Haben Sie einen Parkplatz?", "Gibt es bei Ihnen Parkplätze?", "de-DE")
    assert not alike("Can I bring my dog?", "Can I bring my children?")
    assert not alike("What does breakfast cost?", "What does dinner cost?")


# ── what is counted ──────────────────────────────────────────────────────────────────────────────────────────────────


def counts(*lines: tuple[float, What]) -> dict[str, int]:
    account = Account(header())
    for at, what in [*told(), *sorted(lines, key=lambda line: line[0]), (60.0, cmd.EndCall(EndReason.AGENT_ENDED))]:
        account.add(Line(at, what))
    return account.told(PriceBook(), 0, "").sums


def cut(after_s: float) -> list[tuple[float, What]]:
    """The caller speaks so long behind the agent's first sound, and takes the floor."""
    begun = turn(1, "What is the time?", "It is ten, and the weather is fine.", 4.0)[:-2]
    onset = 5.6 + after_s
    said = hist.AgentSaid(1, "It is", "It is ten, and the weather is fine.", interrupted=True)
    return [
        *begun, (onset + 0.1, ev.SpeechStarted(2, onset)), (onset + 0.4, ev.PlayoutCut(2, "It is", after_s)),
        (onset + 0.5, cmd.Remember(3, said)), (onset + 1.0, ev.SpeechStopped(2, onset + 1.0, 1.0)),
    ]  # fmt: skip


def test_who_is_cut_off_at_once_had_not_finished() -> None:
    assert (counts(*cut(0.3))["cut_ins"], counts(*cut(0.3))["barge_ins"]) == (1, 0)
    assert (counts(*cut(2.0))["cut_ins"], counts(*cut(2.0))["barge_ins"]) == (0, 1)


def test_a_stop_for_nothing_and_long_silences_are_counted() -> None:
    hush: list[tuple[float, What]] = [(6.0, cmd.HushPlayout(2)), (6.4, cmd.ResumePlayout(2))]
    first, second = turn(1, "What is the time?", "It is ten.", 4.5), turn(2, "Thanks.", "You are welcome.", 20.0)
    found = counts(*first, *hush, *second)
    # Before the first word, and between the two turns.
    assert (found["false_stops"], found["silences"], found["turns"]) == (1, 2, 2)
    held: list[tuple[float, What]] = [(8.0, ev.LegDetached(1, ev.Detachment.STOPPED)), (19.0, ev.LegAttached(2, 19.0))]
    assert counts(*first, *held, *second)["silences"] == 1, "a caller who was put through is not silent"


def test_percentiles_of_counts_are_near_those_of_the_gaps() -> None:
    gaps = [300 + 7 * number for number in range(200)]
    for share in (0.5, 0.95):
        true = sorted(gaps)[int(share * len(gaps))]
        assert abs((percentile(counted(gaps), share) or 0) - true) < 0.1 * true
    assert percentile(counted([]), 0.5) is None and (percentile(counted([60_000]), 0.5) or 0) > 5_000


def test_days_are_as_long_as_the_clock_of_their_zone_says() -> None:
    began = 1_792_800_000_000 - 1_792_800_000_000 % DAY_MS  # A day before Berlin's clocks go back, 25 October 2026.
    zone = offsets("Europe/Berlin", began, began + 10 * DAY_MS)
    assert zone.are_hours and len(zone.ms) == 2 and zone.ms[0] - zone.ms[1] == HOUR_MS
    change = zone.since[1]
    local_day = (change + zone.ms[1]) // DAY_MS
    assert zone.moment((local_day + 1) * DAY_MS) - zone.moment(local_day * DAY_MS) == 25 * HOUR_MS
    assert not offsets("Asia/Kolkata", began, began + DAY_MS).are_hours
