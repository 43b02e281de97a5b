"""maild report: an organisation's log and a desk's figures, as a list, JSON, a table and a page."""

from __future__ import annotations

from tests.cli.site import Site, a_mail, raw

BILLING = b"desk: billing\ntitle: Billing\naddresses: [billing@desk.example]\nprefix: BI\n"


def asked(site: Site) -> None:
    """Ada and Bob of acme ask, Dora of beta does, and a stranger."""
    people = ("Ada <ada@acme.example>", "Bob <bob@acme.example>", "Dora <dora@beta.example>", "M <m@x.example>")
    site.take_in(*(raw(a_mail(one, subject=f"=Question of {one[:4]}", text="Secret words")) for one in people))
    site.maild("reply", "1001", "More secret words", "--as", "grace")
    site.maild("note", "1001", "Inner words", "--as", "grace")


def test_the_log_of_an_organisation_in_every_form_holds_the_same_and_nothing_that_is_not_theirs(site: Site) -> None:
    asked(site)
    table, page = site.folder / "log.csv", site.folder / "log.html"
    whole = site.maild("report", "--organisation", "acme", "--json").json
    assert [one["number"] for one in whole["requests"]] == ["SD-1001", "SD-1002"]
    assert whole["organisation"] == "Acme Clinic" and whole["requests"][0]["answered_at"]
    words = ("report", "--organisation", "acme", "--csv", table, "--html", page, "--language", "de")
    assert site.maild(*words).out == ""
    forms = (table.read_text("utf-8-sig"), page.read_text(), site.maild("report", "--organisation", "acme").out)
    for text in forms:
        assert "SD-1001" in text and "SD-1002" in text and "SD-1003" not in text and "SD-1004" not in text
        assert "ecret" not in text and "Inner" not in text and "Grace" not in text
    assert "Nummer,Eröffnet" in forms[0] and "'=Question" in forms[0] and "Protokoll der Anfragen" in forms[1]
    assert (table.stat().st_mode & 0o077, page.stat().st_mode & 0o077) == (0, 0)
    assert site.maild("report", "--organisation", "acme", "--csv", "-").raw.startswith(b"\xef\xbb\xbfNumber,Opened")
    assert "made a report: 2 requests" in site.maild("audit", "--organisation", "acme").out
    assert (
        site.maild("report", "--organisation", "acme", "--from", "2020", "--to", "2021", "--json").json["requests"]
        == []
    )
    assert site.maild("report", "--organisation", "acme", "--from", "2020-01").out.count("SD-") == 2
    for words, told in (
        (["--organisation", "acm"], "did you mean `acme`"),
        ([], "--organisation KEY"),
        (["--organisation", "acme", "--from", "2026-03", "--to", "2026-01"], "the earlier first"),
        (["--organisation", "acme", "--to", "2026-01"], "the earlier first"),
        (["--organisation", "acme", "--desk", "sales"], "no desk `sales`"),
    ):
        refused = site.maild("report", *words)
        assert refused.code and told in refused.err and refused.out == ""


def test_staff_see_the_requests_and_figures_of_their_own_desks_only(site: Site) -> None:
    site.write("config/desks/billing.yaml", BILLING)
    assert site.maild("reload").code == 0
    site.maild("staff", "set", "linus", "desks=billing", "--as", "grace")
    asked(site)
    assert site.maild("report", "--organisation", "acme", "--as", "grace").out.count("SD-") == 2
    assert site.maild("report", "--organisation", "acme", "--as", "linus").out == ""
    elsewhere = site.maild("report", "--organisation", "acme", "--desk", "service", "--as", "linus")
    assert "no desk `service`" in elsewhere.err
    figures = ("report", "service-levels", "--desk", "service")
    assert "no desk `service`" in site.maild(*figures, "--as", "linus").err
    (month,) = site.maild(*figures, "--json").json
    assert (month["opened"], month["answered"]) == (4, 1)
    site.maild(*figures, "--csv", site.folder / "months.csv")
    assert (site.folder / "months.csv").read_text("utf-8-sig").startswith("month,opened,answered,answered in time")
