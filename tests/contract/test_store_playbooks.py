"""Changed playbooks, on SQLite and PostgreSQL."""

from app.domain.playbook import Playbook, Step

MINE = Playbook(3, "de", "Ruhe bewahren.", (Step("tea", "Tee kochen", "Alle", 5),), 1.5, "anna")


def test_a_changed_playbook_is_kept_by_level_and_language_and_dropped(any_store):
    english = Playbook(3, "en", "Keep calm.", ())
    calm = Playbook(0, "de", "Üben.", (Step("drill", "Übung"),))
    with any_store.transaction() as tx:
        for one in (MINE, english, Playbook(3, "de", "Früher.", ()), calm, MINE):
            tx.playbooks.save(one)
    with any_store.transaction() as tx:
        assert tx.playbooks.find("de") == [calm, MINE]
        assert tx.playbooks.find("en") == [english]
        assert tx.playbooks.drop(3, "de") is True
        assert tx.playbooks.drop(3, "de") is False
        assert tx.playbooks.find("de") == [calm]
