import pytest

from app.domain.address import LONGEST, assert_usable, masked
from app.errors import WrongInput

GOOD = [
    ("mail", "anna@example.org"),
    ("mail", "a.b+alarm@müller.example"),
    ("mail", "root@localhost"),
    ("webhook", "https://hooks.example.org/alarm?x=1"),
    ("webhook", "http://127.0.0.1:8080/alarm"),
    ("apprise", "tgram://123456:ABC/42"),
    ("apprise", "ntfys://user:pass@ntfy.example.org/alarm"),
]
BAD = [
    ("mail", "", "address of 1 to"),
    ("mail", "anna", "no mail address"),
    ("mail", "anna@", "no mail address"),
    ("mail", "anna@exa mple.org", "no mail address"),
    ("mail", "anna@-example.org", "no mail address"),
    ("mail", "anna@example..org", "no mail address"),
    ("mail", "secret@b.de,c@d.de", "no mail address"),
    ("mail", "Anna <anna@example.org>", "no mail address"),
    ("mail", "anna@example.org\nBcc: all@example.org", "in one line"),
    ("mail", " anna@example.org", "without blanks"),
    ("mail", "x" * (LONGEST + 1), "1 to 2,000 letters"),
    ("webhook", "hooks.example.org/secret", "no address of a webhook"),
    ("webhook", "ftp://hooks.example.org/secret", "no address of a webhook"),
    ("webhook", "https://", "no address of a webhook"),
    ("webhook", "https://host:port/secret", "no address of a webhook"),
    ("webhook", "http://hooks.example.org/secret", "needs https"),
    ("apprise", "secret@example.org", "no Apprise address"),
    ("apprise", "ntfy://", "no Apprise address"),
]


@pytest.mark.parametrize(("kind", "address"), GOOD)
def test_addresses_that_can_be_used(kind, address):
    assert_usable(kind, address)


@pytest.mark.parametrize(("kind", "address", "sentence"), BAD)
def test_others_get_a_sentence_that_does_not_repeat_them(kind, address, sentence):
    with pytest.raises(WrongInput, match=sentence) as caught:
        assert_usable(kind, address)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "address", "shown"),
    [
        ("mail", "anna@example.org", "a…@example.org"),
        ("webhook", "https://me:pw@hooks.example.org:8443/T0/key?token=x", "https://hooks.example.org:8443/…"),
        ("webhook", "https://host:port/key", "https://…/…"),
        ("webhook", "nonsense", "…"),
        ("apprise", "tgram://123456:ABC/42", "tgram://…"),
    ],
)
def test_what_is_shown_of_an_address_is_not_enough_to_send_with(kind, address, shown):
    assert masked(kind, address) == shown
