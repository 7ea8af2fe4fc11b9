"""The languages that texts can be told to be in, by ISO 639-1; those of the screens are fewer (`app.domain.wall`)."""

from app.errors import WrongInput

_CODES = """
af am ar as az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fr fy ga gd gl gu ha he hi hr ht hu hy id ig is
it ja jv ka kk km kn ko ku ky la lb lg ln lo lt lv mg mk ml mn mr ms mt my ne nl no oc om or pa pl ps pt qu ro ru rw
sa si sk sl so sq sr st sv sw ta te th tl tr tt ug uk ur uz vi xh yo zh zu
"""
KNOWN = tuple(_CODES.split())


def chosen(codes: str) -> tuple[str, ...]:
    """Return the languages of a list such as "de,en", each once; raise `WrongInput` naming those that are none."""
    wanted = tuple(dict.fromkeys(code.strip().lower() for code in codes.split(",") if code.strip()))
    strange = [code for code in wanted if code not in KNOWN]
    if strange or not wanted:
        said = f"{', '.join(strange)}: no such language" if strange else "No language is given"
        raise WrongInput(f"{said}; name languages by their codes with commas between, such as de,en,fr.")
    return wanted
