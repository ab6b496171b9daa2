"""Named features: each says what it means, missing is explicit, and odd facts do no harm."""

import math
from datetime import timedelta

import numpy as np
import pytest

from classifiers.domains.experts.names import LEXICAL, lexical, mask, parts, shape
from classifiers.domains.experts.records import judged
from classifiers.domains.features.feature import Feature, matrix
from classifiers.domains.features.forms import FORMS
from classifiers.domains.features.page import PAGE
from classifiers.domains.features.records import RECORDS
from classifiers.domains.features.text import TEXT
from classifiers.domains.site import Site
from pipeline.nouns import Evidence, Indicator, Kind
from tests.classifiers.domains.conftest import NOW, evidence
from tests.classifiers.domains.pages import FRAUD

ALL: dict[str, Feature] = {**PAGE, **FORMS, **TEXT, **{n: r.feature for n, r in RECORDS.items()}}
NOTHING = Site(Evidence(Indicator(Kind.HOST, "x.example"), NOW, {}), NOW)


@pytest.mark.parametrize("name", ALL)
def test_every_feature_says_what_it_means_in_two_languages(name: str) -> None:
    feature = ALL[name]
    assert feature.zh
    assert len(feature.en) > 3
    assert name.startswith(f"{feature.family}.")


def test_what_is_unknown_is_missing_and_not_zero() -> None:
    assert np.isnan(matrix([NOTHING], list(ALL.values()))).all()


def test_text_without_markup_has_no_structure() -> None:
    site = Site(
        Evidence(NOTHING.evidence.indicator, NOW, {"page": {"title": "a", "text": "b c"}}), NOW
    )
    assert np.isnan(matrix([site], list(FORMS.values()))).all()
    assert not np.isnan(matrix([site], [TEXT["text.length"]])).any()


def test_forms_are_counted_by_what_they_ask_for() -> None:
    host, html = FRAUD["phishing-credential"]
    site = Site(evidence(html, host), NOW)
    assert FORMS["forms.asks_cvv"].read(site) == 1
    assert FORMS["forms.asks_qq"].read(site) == 0
    assert FORMS["forms.secrets"].read(site) == 4


def test_records_are_read_from_dns_registration_and_certificate() -> None:
    facts = {
        "dns": {"status": "noerror", "a": ["203.0.113.1"], "mx": [], "ns": ["ns1.bodis.com"], "caa": [],
                "ttl": 60, "wildcard": True, "spf": False, "dmarc": None},
        "registration": {"registered": (NOW - timedelta(days=12)).isoformat(),
                         "expires": (NOW + timedelta(days=353)).isoformat()},
        "tls": {"not_before": (NOW - timedelta(days=2)).isoformat(), "sans": ["x.example"], "self_signed": False},
    }  # fmt: skip
    site = Site(Evidence(NOTHING.evidence.indicator, NOW, facts), NOW)
    read = {name: record.feature.read(site) for name, record in RECORDS.items()}
    assert read["registration.newborn"] == 1
    assert read["registration.old"] == 0
    assert read["registration.short_term"] == 1
    assert read["dns.no_mail"] == 1
    assert read["dns.wildcard"] == 1
    assert read["dns.short_ttl"] == 1
    assert read["dns.parking"] == 1
    assert read["dns.dmarc"] is None
    assert read["tls.fresh_certificate"] == 1
    assert read["reports.trusted"] is None


def test_a_failed_lookup_leaves_dns_unknown() -> None:
    facts = {"dns": {"status": "servfail", "a": [], "mx": []}}
    site = Site(Evidence(NOTHING.evidence.indicator, NOW, facts), NOW)
    assert RECORDS["dns.no_mail"].feature.read(site) is None


def test_what_nobody_answered_is_unknown_and_weighs_nothing() -> None:
    facts = {"dns": {"status": "noerror", "a": ["203.0.113.1"], "ns": None, "ns_a": None, "mx": None,
                     "txt": None, "caa": None, "ttl": 600, "wildcard": None, "spf": None, "dmarc": None}}  # fmt: skip
    site = Site(Evidence(NOTHING.evidence.indicator, NOW, facts), NOW)
    unheard = [
        f"dns.{name}" for name in ("no_mail", "no_spf", "dmarc", "caa", "wildcard", "parking")
    ]
    assert [RECORDS[name].feature.read(site) for name in unheard] == [None] * 6
    weighed = dict(zip(RECORDS, judged().contributions([site])[0], strict=True))
    assert [weighed[name] for name in unheard] == [0.0] * 6


def test_a_host_in_pieces() -> None:
    name = parts("m.a389b.vip.example.com.cn")
    assert (name.before, name.label, name.suffix) == ("m.a389b.vip", "example", "com.cn")
    assert mask("a389b") == "a###b"
    assert shape("a389b") == "a000a"
    assert len(lexical(name)) == len(LEXICAL)
    assert all(math.isfinite(value) for value in lexical(parts("192.0.2.7")))
