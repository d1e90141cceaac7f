"""Suggestions by rules alone: over businesses of many kinds, what is read out of them and what is not."""

import pytest

from offhook.platform.suggestions.draft import Suggestion, Wish
from offhook.platform.suggestions.process import done
from offhook.platform.suggestions.words import Topic
from tests.businesses import Business, pages_of
from tests.businesses_english import ENGLISH
from tests.businesses_german import GERMAN

BUSINESSES = (*ENGLISH, *GERMAN)
SENTENCES = {
    "address": ("Our address is {}.", "Unsere Adresse ist {}."),
    "telephone": ("Our telephone number is {}.", "Unsere Telefonnummer ist {}."),
    "email": ("You can write to us at {}.", "Sie können uns schreiben an {}."),
}


def suggested(business: Business) -> Suggestion:
    found = done(pages_of(business), Wish(timezone="Pacific/Tahiti")).suggestion
    assert found is not None
    return found


@pytest.mark.parametrize("business", BUSINESSES, ids=lambda business: business.kind)
def test_what_is_read_out_of_a_business(business: Business) -> None:
    found = suggested(business)
    told = [f"{fact.question} → {fact.text}" if fact.question else fact.text for fact in found.facts]
    assert found.document["name"] == business.name
    assert tuple(fact.text for fact in found.facts if fact.topic is Topic.HOURS) == business.hours
    assert [one for one in business.knows if one not in told] == [], told
    assert [one for one in business.not_known if one in " ".join(told)] == []
    language = 1 if business in GERMAN else 0
    for kind, forms in SENTENCES.items():
        value = str(getattr(business, kind))
        said = [text for text in told if text.startswith(forms[language].partition("{")[0])]
        assert said == ([forms[language].format(value)] if value else []), told
    assert found.document["timezone"] == (business.zone or "Pacific/Tahiti")
    assert {str(one.part) for one in found.missing} >= set(business.lacks)
    assert tuple(str(one.code) for one in found.notices if one.code != "hours.several") == business.notices
