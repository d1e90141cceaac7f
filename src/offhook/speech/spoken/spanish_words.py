"""The word tables of spoken Spanish."""

from typing import Final

from offhook.speech.spoken.european_words import Currency, Gender, Unit, Vocabulary
from offhook.speech.spoken.shared import SharedWords
from offhook.speech.spoken.spanish_numbers import ONES

_F: Final = Gender.FEMININE

MONTHS: Final = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
    "diciembre",
)  # fmt: skip
SHORT_MONTHS: Final = {
    "ene": 1, "feb": 2, "mar": 3, "abr": 4, "jun": 6, "jul": 7, "ago": 8, "sep": 9, "sept": 9, "set": 9,
    "setiembre": 9,
    "oct": 10, "nov": 11, "dic": 12,
}  # fmt: skip
DAYS: Final = {
    "lun": "lunes", "mar": "martes", "mié": "miércoles", "mie": "miércoles", "jue": "jueves", "vie": "viernes",
    "sáb": "sábado", "sab": "sábado", "dom": "domingo", "L": "lunes", "V": "viernes", "S": "sábado", "D": "domingo",
    "Lun": "lunes", "Mar": "martes", "Mié": "miércoles", "Jue": "jueves", "Vie": "viernes", "Sáb": "sábado",
    "Dom": "domingo",
}  # fmt: skip
EURO: Final = Currency(Unit("euro", "euros"), Unit("céntimo", "céntimos"))
DOLLAR: Final = Currency(Unit("dólar", "dólares"), Unit("centavo", "centavos"))
PESO: Final = Currency(Unit("peso", "pesos"), Unit("centavo", "centavos"))
POUND: Final = Currency(Unit("libra", "libras", _F), Unit("penique", "peniques"))
FRANC: Final = Currency(Unit("franco", "francos"), Unit("céntimo", "céntimos"))
YEN: Final = Currency(Unit("yen", "yenes"), Unit("sen", "sen"))
SOL: Final = Currency(Unit("sol", "soles"), Unit("céntimo", "céntimos"))
PESO_REGIONS: Final = frozenset({"MX", "AR", "CL", "CO", "UY", "DO", "CU"})
"""There "$" is the peso."""
DOT_REGIONS: Final = frozenset({"MX", "US", "GT", "HN", "NI", "SV", "PA", "DO", "PR", "PE"})
"""There 1,250.50 is written."""
CURRENCIES: Final = {
    "€": EURO, "EUR": EURO, "$": DOLLAR, "USD": DOLLAR, "US$": DOLLAR, "MXN": PESO, "MX$": PESO, "ARS": PESO,
    "COP": PESO,
    "CLP": PESO, "£": POUND, "GBP": POUND, "CHF": FRANC, "¥": YEN, "S/": SOL, "euros": EURO, "euro": EURO,
    "pesos": PESO,
    "dólares": DOLLAR,
    **dict.fromkeys(("SEK", "NOK", "DKK", "CZK", "kr"), Currency(Unit("corona", "coronas", _F), Unit("céntimo",
    "céntimos"))),
    **dict.fromkeys(("PLN", "zł"), Currency(Unit("esloti", "eslotis"), Unit("grosz", "groszy"))),
    **dict.fromkeys(("CAD", "CA$", "C$"), Currency(Unit("dólar canadiense", "dólares canadienses"), Unit("centavo",
    "centavos"))),
    **dict.fromkeys(("AUD", "AU$", "A$"), Currency(Unit("dólar australiano", "dólares australianos"), Unit("centavo",
    "centavos"))),
    **dict.fromkeys(("BRL", "R$"), Currency(Unit("real", "reales"), Unit("centavo", "centavos"))),
    "PEN": SOL, "UYU": PESO, "DOP": PESO, "RD$": PESO, "JPY": YEN,
    **dict.fromkeys(("GTQ",), Currency(Unit("quetzal", "quetzales"), Unit("centavo", "centavos"))),
    **dict.fromkeys(("CRC", "₡"), Currency(Unit("colón", "colones"), Unit("céntimo", "céntimos"))),
    **dict.fromkeys(("INR", "₹", "Rs", "Rs."), Currency(Unit("rupia", "rupias", _F), Unit("paisa", "paisas"))),
}  # fmt: skip
UNITS: Final = {
    **dict.fromkeys(("cda", "cdas"), Unit("cucharada", "cucharadas", _F)),
    **dict.fromkeys(("cdta", "cdtas", "cdita", "cditas"), Unit("cucharadita", "cucharaditas", _F)),
    "km": Unit("kilómetro", "kilómetros"), "m": Unit("metro", "metros"), "cm": Unit("centímetro", "centímetros"),
    "mm": Unit("milímetro", "milímetros"), "m²": Unit("metro cuadrado", "metros cuadrados"),
    "km²": Unit("kilómetro cuadrado", "kilómetros cuadrados"), "m³": Unit("metro cúbico", "metros cúbicos"),
    "kg": Unit("kilo", "kilos"), "g": Unit("gramo", "gramos"), "gr": Unit("gramo", "gramos"),
    "mg": Unit("miligramo", "miligramos"), "t": Unit("tonelada", "toneladas", _F), "l": Unit("litro", "litros"),
    "L": Unit("litro", "litros"), "ml": Unit("mililitro", "mililitros"), "cl": Unit("centilitro", "centilitros"),
    "dl": Unit("decilitro", "decilitros"), "°C": Unit("grado Celsius",
    "grados Celsius"),
    "ºC": Unit("grado Celsius", "grados Celsius"), "℃": Unit("grado Celsius", "grados Celsius"),
    "°F": Unit("grado Fahrenheit", "grados Fahrenheit"), "°": Unit("grado", "grados"),
    "km/h": Unit("kilómetro por hora", "kilómetros por hora"), "h": Unit("hora", "horas", _F),
    "hs": Unit("hora", "horas", _F), "hrs": Unit("hora", "horas", _F), "min": Unit("minuto", "minutos"),
    "s": Unit("segundo", "segundos"), "seg": Unit("segundo", "segundos"), "ms": Unit("milisegundo", "milisegundos"),
    "GB": Unit("gigabyte", "gigabytes"), "MB": Unit("megabyte", "megabytes"), "TB": Unit("terabyte", "terabytes"),
    "kB": Unit("kilobyte", "kilobytes"), "kW": Unit("kilovatio", "kilovatios"), "W": Unit("vatio", "vatios"),
    "kWh": Unit("kilovatio hora", "kilovatios hora"), "V": Unit("voltio", "voltios"), "ha": Unit("hectárea",
    "hectáreas", _F),
    "Mbps": Unit("mega por segundo", "megas por segundo"), "pers": Unit("persona", "personas", _F),
    "noche": Unit("noche", "noches", _F), "persona": Unit("persona", "personas", _F),
}  # fmt: skip
MAGNITUDES: Final = {
    "millón": Unit("millón", "millones"), "millones": Unit("millón", "millones"), "mil": Unit("mil", "mil"),
}  # fmt: skip
ABBREVIATIONS: Final = {
    "Sr.": "señor", "Sra.": "señora", "Srta.": "señorita", "Sres.": "señores", "Sras.": "señoras", "Dr.": "doctor",
    "Dra.": "doctora", "D.": "don", "Dña.": "doña", "Prof.": "profesor", "Profa.": "profesora", "Lic.": "licenciado",
    "Ing.": "ingeniero", "Arq.": "arquitecto", "Ud.": "usted", "Uds.": "ustedes", "Vd.": "usted", "Vds.": "ustedes",
    "p.ej.": "por ejemplo", "ej.": "ejemplo", "etc.": "etcétera", "núm.": "número", "Núm.": "número",
    "nro.": "número",
    "Nro.": "número", "n.º": "número", "nº": "número", "Nº": "número", "N.º": "número", "n°": "número",
    "N°": "número",
    "No.": "número", "av.": "avenida", "Av.": "avenida", "Avda.": "avenida", "avda.": "avenida", "C/": "calle",
    "c/": "calle", "Pza.": "plaza", "Pl.": "plaza", "Pº": "paseo", "P.º": "paseo", "Ctra.": "carretera",
    "tel.": "teléfono", "Tel.": "teléfono", "tfno.": "teléfono", "tlf.": "teléfono", "Tlf.": "teléfono",
    "Tfno.": "teléfono", "Telf.": "teléfono",
    "ext.": "extensión", "Ext.": "extensión", "aprox.": "aproximadamente", "pág.": "página", "págs.": "páginas",
    "máx.": "máximo", "mín.": "mínimo", "min.": "minutos", "dpto.": "departamento", "Dpto.": "departamento",
    "depto.": "departamento", "izq.": "izquierda", "izda.": "izquierda", "dcha.": "derecha", "esq.": "esquina",
    "Sto.": "santo", "Sta.": "santa", "S.": "san", "EE.UU.": "Estados Unidos", "EE.UU": "Estados Unidos",
    "Cía.": "compañía", "admón.": "administración", "atte.": "atentamente", "cap.": "capítulo", "art.": "artículo",
    "vol.": "volumen", "fig.": "figura", "ref.": "referencia", "Ref.": "referencia", "hab.": "habitación",
    "Hab.": "habitación", "pers.": "personas", "hrs.": "horas", "hs.": "horas", "seg.": "segundos",
    "Gral.": "general",
    "vs.": "contra", "dto.": "descuento", "incl.": "incluido", "IVA": "IVA", "Col.": "colonia",
    "C.P.": "código postal",
    "CP": "código postal", "Bs.": "bolívares", "M€": "millones de euros", "k€": "mil euros",
}  # fmt: skip
PAIRS: Final = {
    ("p.", "ej."): ("por", "ejemplo"), ("EE.", "UU."): ("Estados", "Unidos"), ("a.", "C."): ("antes", "de Cristo"),
    ("d.", "C."): ("después", "de Cristo"), ("P.", "D."): ("posdata", ""), ("C.", "P."): ("código", "postal"),
}  # fmt: skip
CODE_WORDS: Final = frozenset(
    """código codigo referencia pin reserva pedido expediente cuenta factura vuelo tarjeta extensión ext clave
    contraseña
    localizador confirmación teléfono tel cp postal ticket matrícula dni póliza contrato folio""".split()
)
CALLING: Final = frozenset(
    """al marque marca marcar marcando llame llama llamar llamando número teléfono tel emergencias emergencia línea
    policía bomberos ambulancia urgencias telefónico nº""".split()
)
SYMBOLS: Final = {
    "&": "y", "+": "más", "=": "igual a", "@": "arroba", "%": "por ciento", "°": "grados", "×": "por", "÷": "entre",
    "±": "más menos", "$": "dólares", "€": "euros", "£": "libras", "¥": "yenes", "§": "párrafo", "→": "a",
    "~": "aproximadamente", "<": "menor que", ">": "mayor que", "№": "número", "/": "o", "º": "", "ª": "",
}  # fmt: skip

FEMININE: Final = frozenset(
    """noche noches tarde tardes calle calles llave llaves clase clases mujer mujeres vez veces señal señales flor
    flores
    sal red redes luz luces parte partes base bases leche carne sangre gente mano manos foto fotos moto motos imagen
    imágenes tos cruz torre torres nube nubes fase fases frase frases serie series especie línea llaves ley leyes miel
    sección opción suite suites""".split()
)
MASCULINE: Final = frozenset(
    """día días mapa mapas problema problemas idioma idiomas programa programas sistema sistemas tema temas clima sofá
    sofás planeta planetas cometa poema dilema diploma diplomas taxista guardia colega colegas pijama aroma""".split()
)
FEMININE_ENDINGS: Final = (
    "a",
    "as",
    "ción",
    "ciones",
    "sión",
    "siones",
    "dad",
    "dades",
    "tad",
    "tades",
    "umbre",
    "gión",
)
NO_NOUNS: Final = frozenset(
    """y e o u de del a al en con sin por para que es son está están hasta desde entre hay ha han más menos como si
    pero
    cada todo toda todos todas la las lo los le les me te se nos su sus mi mis tu tus un una no ya muy
    izq izda dcha fue era será será esta este estas estos esa ese cuando donde porque ahora hoy mañana aquí allí
    también""".split()
)

SHARED: Final = SharedWords(
    digits=ONES[:10], dot="punto", at="arroba", dash="guion", underscore="guion bajo", slash="barra", plus="más",
)  # fmt: skip


def vocabulary(region: str) -> Vocabulary:
    """With the currency of the region."""
    peso = {"$": PESO} if region in PESO_REGIONS else {}
    names = {name: number for number, name in enumerate(MONTHS, 1)}
    symbols = SYMBOLS | ({"$": "pesos"} if peso else {})
    return Vocabulary(
        of="de", squared="al cuadrado", cubed="al cubo",
        shared=SHARED, comma="punto" if region in DOT_REGIONS else "coma", minus="menos", percent="por ciento",
        per="por",
        to="a", against="a", number="número", months=MONTHS, month_names=names | SHORT_MONTHS, days=DAYS,
        abbreviations=ABBREVIATIONS, symbols=symbols, currencies=CURRENCIES | peso, units=UNITS,
        magnitudes=MAGNITUDES,
        code_words=CODE_WORDS,
        calling=CALLING, weak_calling=frozenset("el del".split()),
    )  # fmt: skip
