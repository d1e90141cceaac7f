"""The word tables of the English normalizer."""

from typing import Final

MONTHS: Final = {
    "Jan": "January", "Feb": "February", "Mar": "March", "Apr": "April", "May": "May", "Jun": "June", "Jul": "July",
    "Aug": "August", "Sep": "September", "Oct": "October", "Nov": "November", "Dec": "December", "Sept": "September",
}  # fmt: skip
"""In order: the first twelve are the months of the year."""
DAYS: Final = {
    "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Weds": "Wednesday", "Thu": "Thursday",
    "Thur": "Thursday", "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip
TITLES: Final = {"Dr": "Doctor", "St": "Saint"}
STREET_TYPES: Final = {"Dr": "Drive", "St": "Street"}
ABBREVIATIONS: Final = {
    "Mr": "Mister", "Mr.": "Mister", "Mrs": "Missis", "Mrs.": "Missis", "Ms": "Miz", "Ms.": "Miz",
    "Prof.": "Professor", "Jr.": "Junior", "Sr.": "Senior", "Rev.": "Reverend", "Hon.": "Honorable",
    "Ave.": "Avenue", "Ave": "Avenue", "Blvd.": "Boulevard", "Blvd": "Boulevard", "Rd.": "Road", "Rd": "Road",
    "Ln.": "Lane", "Hwy.": "Highway", "Hwy": "Highway", "Pkwy.": "Parkway", "Sq.": "Square", "Mt.": "Mount",
    "Ft.": "Fort", "Ste.": "Suite", "Apt.": "Apartment", "apt.": "apartment", "Bldg.": "Building",
    "e.g.": "for example,", "i.e.": "that is,", "etc.": "et cetera", "etc": "et cetera", "vs.": "versus",
    "vs": "versus", "approx.": "approximately", "appt.": "appointment", "Appt.": "Appointment",
    "appts.": "appointments",
    "dept.": "department", "Dept.": "Department", "ext.": "extension", "Ext.": "Extension", "ext": "extension",
    "tel.": "telephone", "Tel.": "Telephone", "min.": "minimum", "max.": "maximum", "incl.": "including",
    "est.": "established", "a.k.a.": "also known as", "Inc.": "Incorporated", "Ltd.": "Limited", "Ltd": "Limited",
    "Corp.": "Corporation", "Co.": "Company", "Bros.": "Brothers", "w/": "with", "w/o": "without", "c/o": "care of",
    "b/c": "because", "ASAP": "as soon as possible", "FYI": "for your information", "a.s.a.p.": "as soon as possible",
    "P.S.": "P S", "U.S.": "U S", "U.K.": "U K", "U.S.A.": "U S \u2060A", "hrs.": "hours", "hr.": "hour",
    "mins.": "minutes", "and/or": "and or",
}  # fmt: skip
CODE_WORDS: Final = frozenset({
    "extension", "ext", "code", "pin", "confirmation", "reference", "ref", "account", "acct", "id", "zip", "postcode",
    "flight", "order", "ticket", "booking", "invoice", "case", "member", "policy", "passcode", "password",
})  # fmt: skip
"""Before a number of three digits or more: it is read digit by digit."""
SYMBOLS: Final = {
    "&": "and", "+": "plus", "=": "equals", "@": "at", "%": "percent", "°": "degrees", "×": "times", "÷": "divided by",
    "±": "plus or minus", "$": "dollars", "€": "euros", "£": "pounds", "¥": "yen", "§": "section", "#": "",
    "*": "", "•": "", "|": "", "→": "to", "~": "about",
}  # fmt: skip
CURRENCIES: Final = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yen", "yen", "", ""),
}
"""Unit and its plural, hundredth and its plural."""
MAGNITUDES: Final = {
    "k": "thousand", "m": "million", "b": "billion", "bn": "billion", "hundred": "hundred", "thousand": "thousand",
    "million": "million", "billion": "billion", "trillion": "trillion",
}  # fmt: skip
FRACTIONS: Final = {
    "1/2": "one half", "1/3": "one third", "2/3": "two thirds", "1/4": "one quarter", "3/4": "three quarters",
    "24/7": "twenty four seven", "50/50": "fifty fifty",
}  # fmt: skip
UNITS: Final = {
    "km": ("kilometer", "kilometers"), "m": ("meter", "meters"), "cm": ("centimeter", "centimeters"),
    "mm": ("millimeter", "millimeters"), "mi": ("mile", "miles"), "ft": ("foot", "feet"), "yd": ("yard", "yards"),
    "kg": ("kilogram", "kilograms"), "g": ("gram", "grams"), "mg": ("milligram", "milligrams"),
    "lb": ("pound", "pounds"), "lbs": ("pound", "pounds"), "oz": ("ounce", "ounces"),
    "ml": ("milliliter", "milliliters"), "L": ("liter", "liters"), "l": ("liter", "liters"),
    "GB": ("gigabyte", "gigabytes"), "MB": ("megabyte", "megabytes"),
    "kW": ("kilowatt", "kilowatts"), "kWh": ("kilowatt hour", "kilowatt hours"),
    "mph": ("mile per hour", "miles per hour"), "km/h": ("kilometer per hour", "kilometers per hour"),
    "h": ("hour", "hours"), "hr": ("hour", "hours"), "hrs": ("hour", "hours"), "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"), "sec": ("second", "seconds"), "secs": ("second", "seconds"),
    "s": ("second", "seconds"),
    "°": ("degree", "degrees"), "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"), "sqft": ("square foot", "square feet"),
}  # fmt: skip
"""One, many."""
