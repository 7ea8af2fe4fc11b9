"""The answer of the scene of sources: does everybody listen, and if not, who does not and why."""

from dashboard.panel import Drawing, View
from dashboard.verdict import answer


class HearingPanel:
    """Says in one sentence whether silence means that nothing was said."""

    name = "hearing"
    title = "hearing.title"
    slot = "head"

    def draw(self, view: View) -> Drawing:
        """Return the sentence: the verdict, then who or why."""
        verdict, reason, mark = answer(view.around, view.screen)
        lead = ("span", {"class": "lead", "key": "lead"}, ("b", {"class": mark}, verdict))
        return Drawing((("h1", {"key": "answer"}, lead, " ", ("span", {"class": "hint", "data-drop": "1"}, reason)),))
