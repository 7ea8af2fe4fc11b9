"""`emberwatch train`: learns sentiment or intents anew from labelled texts, and says how right the model is."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from app.commands.options import DATA, DataOption, JsonOption
from ingest.commands import lessons
from ingest.learning import card, examples, training, verdicts

OUT = Path("data/models/sentiment.npz")


class What(StrEnum):
    """A model that can be learned."""

    SENTIMENT = "sentiment"
    INTENT = "intent"


def command(
    data: Annotated[
        list[Path] | None,
        typer.Argument(
            help="JSONL with `text` and `label`, TSV as our corpus, or folders of them; our corpus is added."
        ),
    ] = None,
    *,
    what: Annotated[
        What, typer.Option("--what", help="The model to learn; intents from TSV as our corpus.")
    ] = What.SENTIMENT,
    out: Annotated[Path, typer.Option("--out", help="The file the model is written to.")] = OUT,
    languages: Annotated[
        str, typer.Option("--languages", help="Languages to learn, separated by commas; texts of others are left out.")
    ] = "de,en,fr,it,es,pt,ar",
    seed: Annotated[int, typer.Option("--seed", help="The same texts and seed give the same model.")] = 0,
    own: Annotated[
        bool, typer.Option("--corpus/--no-corpus", help="Also learn from the texts that come along.")
    ] = True,
    hold: Annotated[
        list[str] | None, typer.Option("--hold", help="A file's name without ending that is kept for judging, too.")
    ] = None,
    page: Annotated[Path | None, typer.Option("--card", help="A model card whose tables are drawn anew.")] = None,
    brand: Annotated[
        str | None, typer.Option("--brand", help="Learn from what persons said of this brand's mentions instead.")
    ] = None,
    forget: Annotated[bool, typer.Option("--forget", help="With --brand: use the shipped model alone again.")] = False,
    installation: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Learn the sentiment model anew; files named *_held, *_val, *_test are kept for judging, near-copies left out."""
    if brand is not None:
        lessons.teach(brand, installation, forget=forget, as_json=as_json)
        return
    spoken = tuple(language.strip() for language in languages.split(",") if language.strip())
    screen = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task = progress.add_task("reading")

        def report(step: str) -> None:
            progress.update(task, description=step)
            if not screen.is_terminal:
                screen.print(step, markup=False)

        found = examples.read(data or [], spoken) + (examples.corpus() if own else [])
        wanted = [example for example in found if example.language in spoken]
        if what is What.INTENT:
            report("learning intents, judged on domains not seen (minutes)")
            _intents(wanted, OUT.with_name("intent.npz") if out == OUT else out)
            return
        prepared = training.prepared(wanted, frozenset(hold or ()))
        report(f"{len(prepared.learned)} texts to learn from, {prepared.copies} near-copies left out")
        model = training.train(prepared.learned, report, seed=seed)
        verdicts.write(out, model)
        report("measuring")
        told = card.facts(model, prepared, card.measured(verdicts.read(out), prepared.held), seed)
    card.written(out.with_suffix(".json"), told)
    if page:
        page.write_text(card.filled(page.read_text("utf-8"), told), "utf-8")
    typer.echo(card.tables(told).partition("\n\n")[0])
    typer.echo(f"{out} ({out.stat().st_size / 1e6:.1f} MB), figures in {out.with_suffix('.json')}")


def _intents(found: list[examples.Example], out: Path) -> None:
    """Learn heads from the texts whose intents are known: those in German and English that come as TSV."""
    from ingest.intents.cues import LANGUAGES
    from ingest.intents.training import train

    figures = train(out, [one for one in found if one.language in LANGUAGES and (one.own or one.intents)])
    for name in ("folds", "held", "held, with the analyzer's rules"):
        for language, row in figures.get(name, {}).items():
            typer.echo(f"{name} {language}: " + ", ".join(f"{intent} {value}" for intent, value in row.items()))
    typer.echo(f"{out} ({out.stat().st_size / 1e6:.1f} MB), figures in {out.with_suffix('.json')}")
