import pytest

from ingest.wires import mail
from ingest.wires.letter import from_html, said, unflowed
from tests.connectors.mail import KIT, NOW


def recorded(name):
    [path] = [path for path in KIT.recordings if path.name == name]
    return mail.read(path.read_bytes(), NOW - 60, NOW)


def test_what_machines_answer_is_no_mention():
    assert recorded("absence.eml") is None
    report = b"From: mailer\nContent-Type: multipart/report; boundary=x\n\n--x\n\nfailed\n--x--\n"
    assert mail.read(report, NOW, NOW) is None


def test_an_unknown_character_set_is_guessed():
    text = recorded("charset.eml").text
    assert "Der Zähler läuft rückwärts, größer könnte der Ärger nicht sein." in text
    assert mail.read(b"From: a@b.c\nContent-Type: text/plain; charset=nonsense\n\n\xc3\xa4", NOW, NOW).text == "ä"


def test_a_letter_without_names_is_known_by_its_bytes():
    raw = b"Subject: Nordlicht\n\nHallo"
    one, two = mail.read(raw, NOW, NOW), mail.read(raw, NOW - 5, NOW)
    assert one.id == two.id
    assert one.id.startswith("sha256:")
    assert (one.author.id, one.in_reply_to) == ("unknown", None)
    with pytest.raises(mail.Unclear):
        mail.read(b"", NOW, NOW)


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Sat, 21 Nov 2026 20:00:00 +0100", NOW - 3_600),
        ("Sat, 21 Nov 2036 20:00:00 +0100", NOW - 60),
        ("Sat, 21 Nov 2006 20:00:00 +0100", NOW - 60),
        ("gestern", NOW - 60),
    ],
)
def test_a_date_that_cannot_be_is_that_of_the_server(date, at):
    assert mail.read(f"From: a@b.c\nDate: {date}\n\nx".encode(), NOW - 60, NOW).published_at == at


def test_a_bag_of_very_many_parts_is_bounded():
    parts = b"".join(b"--x\nContent-Type: text/plain\n\nteil\n" for _ in range(2_000))
    read = mail.read(b"From: a@b.c\nContent-Type: multipart/mixed; boundary=x\n\n" + parts + b"--x--", NOW, NOW)
    assert read.text.count("teil") == mail.MOST_PARTS - 1
    hung = b"".join(b"--x\nContent-Disposition: attachment; filename=a\n\nteil\n" for _ in range(50))
    read = mail.read(b"From: a@b.c\nContent-Type: multipart/mixed; boundary=x\n\n" + hung + b"--x--", NOW, NOW)
    assert read.text.count("📎") == mail.LISTED


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Hallo\n\n-- \nBen", "Hallo"),
        ("Hallo\n\nOn Monday, Ben wrote:\n> alt", "Hallo"),
        ("Hallo\n\n-----Ursprüngliche Nachricht-----\nVon: x", "Hallo"),
        ("Hallo\n\n----- Original Message -----\nFrom: x", "Hallo"),
        ("Hallo\n\nFrom: Ben\nSent: Monday\nTo: Anna\nSubject: x\n\nalt", "Hallo"),
        ("Von: hier bis da reicht es", "Von: hier bis da reicht es"),
        ("> nur\n> Zitat", "> nur\n> Zitat"),
        ("> Frage?\nAntwort.\n> Noch eine?\nAuch Antwort.", "Antwort.\nAuch Antwort."),
        ("-- \nnur Unterschrift", "--\nnur Unterschrift"),
        ("Am Montag war der Strom weg:\nmehrmals", "Am Montag war der Strom weg:\nmehrmals"),
    ],
)
def test_only_what_the_author_wrote_is_kept(text, kept):
    assert said(text) == kept


def test_html_that_is_nothing_but_a_quotation_stays():
    assert from_html('<blockquote type="cite">alles</blockquote>') == "alles"
    assert from_html('<p>neu</p><div class="gmail_quote">alt</div>') == "neu"


def test_soft_line_breaks_are_undone():
    assert unflowed("eins \nzwei\n drei\n> x \nvier", delete_space=False) == "eins zwei\ndrei\n> x \nvier"
    assert unflowed("Wort \nende", delete_space=True) == "Wortende"
