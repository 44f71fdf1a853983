"""The invented organisations and sites of the demo region, as tables.

Every name is made up to be seen as made up; only the postcodes are real.
"""

from __future__ import annotations

from typing import Final

from capacity.supply import OrganisationKind

PROVIDERS: Final = {
    "voorbeeld": ("Zorghuis De Voorbeeldhof", "hoogeveen"),
    "es": ("Stichting Verzonnen Es", "emmen"),
    "nergens": ("Zorggroep Nergenshuizen", "meppel"),
    "gedachte": ("Woonzorg De Gedachtegang", "assen"),
    "denkbeeld": ("Revalidatie Denkbeeld", None),
    "verbeelding": ("Hospice Stille Verbeelding", None),
    "droom": ("GGZ Droombeeld", None),
    "schijn": ("Gehandicaptenzorg Schijnbos", "assen"),
    "denkbeeldig": ("Thuiszorg Denkbeeldig", None),
    "verzinsel": ("Wijkzorg Verzinsel", "emmen"),
    "zogenaamd": ("Buurtzorgteams Zogenaamd", "assen"),
    "luchtkasteel": ("Thuiskliniek Luchtkasteel", None),
}
"""Care providers: key, name, and sub-region (None: the whole province)."""

REFERRERS: Final[tuple[tuple[str, OrganisationKind, str | None], ...]] = (
    ("Coördinatiepunt Naober (demo)", "coordination-point", None),
    ("Huisartsenpraktijk De Bedachte Brink", "gp-practice", "hoogeveen"),
    ("Huisartsenpraktijk Verzonnenveen", "gp-practice", "emmen"),
    ("Huisartsenpraktijk Nergenspoort", "gp-practice", "meppel"),
    ("Huisartsenpraktijk Gedachtebos", "gp-practice", "assen"),
    ("Ziekenhuis Fictia Emmen", "hospital", "emmen"),
    ("Ziekenhuis Fictia Meppel", "hospital", "meppel"),
    ("Ziekenhuis Fictia Assen", "hospital", "assen"),
)
"""The desk itself and those that refer to it: name, kind, sub-region."""

SITES: Final = {
    "voorbeeld-1": ("voorbeeld", "De Voorbeeldhof", "7901"),
    "voorbeeld-2": ("voorbeeld", "De Voorbeeldlaan", "7921"),
    "voorbeeld-3": ("voorbeeld", "Het Voorbeeldhuis", "7957"),
    "voorbeeld-4": ("voorbeeld", "De Voorbeeldtuin", "7913"),
    "voorbeeld-5": ("voorbeeld", "De Voorbeeldbrink", "7961"),
    "es-1": ("es", "De Verzonnen Es", "7811"),
    "es-2": ("es", "Verzonnen Veen", "7891"),
    "es-3": ("es", "Verzonnen Borg", "9531"),
    "es-4": ("es", "Verzonnen Akker", "7761"),
    "es-5": ("es", "Verzonnen Vesting", "7741"),
    "nergens-1": ("nergens", "Huize Nergens", "7941"),
    "nergens-2": ("nergens", "De Nergenshof", "7981"),
    "nergens-3": ("nergens", "De Nergensheide", "7971"),
    "nergens-4": ("nergens", "Het Nergensbos", "8381"),
    "nergens-5": ("nergens", "De Nergensvaart", "7948"),
    "gedachte-1": ("gedachte", "De Gedachtegang", "9401"),
    "gedachte-2": ("gedachte", "De Tweede Gedachte", "9411"),
    "gedachte-3": ("gedachte", "De Goede Gedachte", "9301"),
    "gedachte-4": ("gedachte", "De Gedachtetuin", "9471"),
    "gedachte-5": ("gedachte", "De Gedachtestroom", "9461"),
    "denkbeeld-hoogeveen": ("denkbeeld", "Denkbeeld Hoogeveen", "7902"),
    "denkbeeld-emmen": ("denkbeeld", "Denkbeeld Emmen", "7812"),
    "denkbeeld-meppel": ("denkbeeld", "Denkbeeld Meppel", "7942"),
    "denkbeeld-assen": ("denkbeeld", "Denkbeeld Assen", "9402"),
    "verbeelding-hoogeveen": ("verbeelding", "Stille Verbeelding Hoogeveen", "7903"),
    "verbeelding-emmen": ("verbeelding", "Stille Verbeelding Emmen", "7815"),
    "verbeelding-assen": ("verbeelding", "Stille Verbeelding Assen", "9403"),
    "droom-hoogeveen": ("droom", "Droombeeld Hoogeveen", "7904"),
    "droom-emmen": ("droom", "Droombeeld Emmen", "7821"),
    "droom-meppel": ("droom", "Droombeeld Meppel", "7943"),
    "droom-assen": ("droom", "Droombeeld Assen", "9404"),
    "schijn": ("schijn", "Het Schijnbos", "9481"),
    "denkbeeldig-hoogeveen": ("denkbeeldig", "Kantoor Denkbeeldig Hoogeveen", "7905"),
    "denkbeeldig-meppel": ("denkbeeldig", "Kantoor Denkbeeldig Meppel", "7944"),
    "verzinsel-emmen": ("verzinsel", "Kantoor Verzinsel Emmen", "7822"),
    "verzinsel-coevorden": ("verzinsel", "Kantoor Verzinsel Coevorden", "7742"),
    "zogenaamd-assen": ("zogenaamd", "Kantoor Zogenaamd Assen", "9405"),
    "zogenaamd-roden": ("zogenaamd", "Kantoor Zogenaamd Roden", "9302"),
    "luchtkasteel-zuid": ("luchtkasteel", "Luchtkasteel Zuid", "7823"),
    "luchtkasteel-noord": ("luchtkasteel", "Luchtkasteel Noord", "9406"),
}
"""Buildings: key, then organisation, name and PC4."""
