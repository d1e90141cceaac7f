"""The word tables of English."""

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
ONE_OF_THEM: Final = frozenset({"a", "an", "another", "each", "every", "this", "that", "one"})
"""In front of an amount that says which thing is meant: "a 750 ml bottle"."""
AMOUNTED: Final = frozenset({
    "bottle", "can", "pack", "packet", "bag", "box", "jar", "jug", "glass", "cup", "tube", "carton", "tin", "bulb",
    "fuse", "ladder", "pipe", "tablet", "capsule", "tank", "drive", "cable", "battery", "charger", "pool", "keg",
    "steak", "burger", "parcel", "container", "bucket", "roll", "screen",
})  # fmt: skip
"""Things that have their amount in front of them."""
STREETS: Final = frozenset({
    "St", "Street", "Ave", "Avenue", "Av", "Rd", "Road", "Blvd", "Boulevard", "Dr", "Drive", "Ln", "Lane", "Ct",
    "Court", "Pl", "Place", "Way", "Hwy", "Highway", "Pkwy", "Parkway", "Terrace", "Ter", "Cir", "Circle", "Square",
    "Sq", "Broadway", "Close", "Crescent", "Alley", "Row", "Walk", "Plaza", "Trail", "Trl",
})  # fmt: skip
"""Behind a name: the number in front of it is a house's."""
DIRECTIONS: Final = {
    "N": "North", "S": "South", "E": "East", "W": "West", "NE": "Northeast", "NW": "Northwest", "SE": "Southeast",
    "SW": "Southwest",
}  # fmt: skip
STATES: Final = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "D C", "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho",
    "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine",
    "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri",
    "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico",
    "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon",
    "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee",
    "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington", "WV": "West Virginia",
    "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
"""Before a ZIP code."""
ABBREVIATIONS: Final = {
    "Mr": "Mister", "Mr.": "Mister", "Mrs": "Missis", "Mrs.": "Missis", "Ms": "Miz", "Ms.": "Miz",
    "Prof.": "Professor", "Jr.": "Junior", "Jr": "Junior", "Sr.": "Senior", "Rev.": "Reverend", "Hon.": "Honorable",
    "Capt.": "Captain", "Gen.": "General", "Lt.": "Lieutenant", "Sgt.": "Sergeant", "Gov.": "Governor",
    "Sen.": "Senator", "Ave.": "Avenue", "Ave": "Avenue", "Blvd.": "Boulevard", "Blvd": "Boulevard", "Rd.": "Road",
    "Rd": "Road", "Ln.": "Lane", "Ln": "Lane", "Hwy.": "Highway", "Hwy": "Highway", "Pkwy.": "Parkway",
    "Pkwy": "Parkway", "Ct.": "Court", "Pl.": "Place", "Sq.": "Square", "Mt.": "Mount", "Mt": "Mount", "Ft.": "Fort",
    "Ste.": "Suite", "Ste": "Suite", "Apt.": "Apartment", "Apt": "Apartment", "apt.": "apartment",
    "apt": "apartment", "Bldg.": "Building", "Bldg": "Building", "Rm.": "Room", "Rm": "Room",
    "e.g.": "for example,", "e.g": "for example,", "eg.": "for example,", "i.e.": "that is,", "i.e": "that is,",
    "ie.": "that is,", "etc.": "et cetera", "etc": "et cetera", "vs.": "versus", "vs": "versus",
    "approx.": "approximately", "approx": "approximately", "appt.": "appointment", "Appt.": "Appointment",
    "appts.": "appointments", "appt": "appointment", "dept.": "department", "Dept.": "Department", "dept": "department",
    "ext.": "extension", "Ext.": "Extension", "ext": "extension", "Ext": "Extension", "tel.": "telephone",
    "Tel.": "Telephone", "min.": "minimum", "max.": "maximum", "incl.": "including", "p.a.": "per year",
    "pct": "percent", "pct.": "percent", "excl.": "excluding",
    "est.": "established", "Est.": "Established", "a.k.a.": "also known as", "aka": "also known as",
    "Inc.": "Incorporated", "Ltd.": "Limited", "Ltd": "Limited", "Corp.": "Corporation", "Co.": "Company",
    "Bros.": "Brothers", "w/": "with", "w/o": "without", "y/o": "year old", "w/in": "within", "c/o": "care of",
    "b/c": "because",
    "b/w": "between",
    "n/a": "not applicable", "N/A": "not applicable", "ASAP": "as soon as possible", "FYI": "for your information",
    "a.s.a.p.": "as soon as possible", "P.S.": "P S", "U.S.": "U S", "U.K.": "U K", "U.S.A.": "U S \u2060A",
    "D.C.": "D C", "Ph.D.": "P H D", "PhD": "P H D", "Ph.D": "P H D", "M.D.": "M D", "B.C.": "B C", "A.D.": "\u2060A D",
    "hrs.": "hours", "hr.": "hour", "mins.": "minutes", "secs.": "seconds", "yrs.": "years", "yrs": "years",
    "yr.": "year", "yr": "year", "wk.": "week", "wks": "weeks", "mo.": "month", "mos.": "months", "and/or": "and or",
    "govt.": "government", "mgr.": "manager", "asst.": "assistant", "misc.": "miscellaneous", "temp.": "temperature",
    "avg.": "average", "avg": "average", "qty": "quantity", "qty.": "quantity", "pcs": "pieces", "pcs.": "pieces",
    "temps": "temperatures", "info.": "info", "wi-fi": "Wi-Fi", "Wifi": "Wi-Fi", "wifi": "Wi-Fi", "WiFi": "Wi-Fi",
    "A/C": "\u2060A C", "a/c": "\u2060A C", "AC": "\u2060A C", "ft.": "feet", "sq.": "square", "sq": "square",
    "lbs.": "pounds", "lb.": "pounds", "oz.": "ounces", "tbsp.": "tablespoons", "tsp.": "teaspoons", "Ph": "phone",
    "Univ.": "University", "Hosp.": "Hospital", "Bldgs.": "Buildings", "Xmas": "Christmas", "o'clock": "o'clock",
}  # fmt: skip
BEFORE_NUMBERS: Final = {
    "No.": "number", "no.": "number", "Nos.": "numbers", "nos.": "numbers", "Nr.": "number", "p.": "page",
    "pp.": "pages", "pg.": "page", "vol.": "volume", "Vol.": "Volume", "ch.": "chapter", "Ch.": "Chapter",
    "fig.": "figure", "Fig.": "Figure", "sec.": "section", "Sec.": "Section", "art.": "article", "Art.": "Article",
    "Fl.": "Floor", "fl.": "floor", "v.": "version", "ver.": "version", "Ver.": "version", "ca.": "about",
    "c.": "about", "Rte.": "Route", "Rt.": "Route", "No": "number", "Nos": "numbers", "Gr.": "grade",
    "Pg.": "page",
}  # fmt: skip
"""What they mean only where a number follows."""
CODE_WORDS: Final = frozenset({
    "extension", "ext", "code", "pin", "confirmation", "reference", "ref", "account", "acct", "id", "zip", "postcode",
    "flight", "order", "ticket", "booking", "invoice", "case", "member", "policy", "passcode", "password", "box",
    "tracking", "serial", "vin", "isbn", "sku", "reservation", "badge", "license", "licence", "plate",
    "ending", "digits", "cvv", "cvc", "otp", "verification", "loyalty", "membership", "voucher", "coupon", "claim",
})  # fmt: skip
"""Before a number of three digits or more: it is read digit by digit."""
NUMBER_WORDS: Final = frozenset({"number", "no", "nr", "code", "is", "are", "in", "with", "#"})
"""May stand between a word of those and its number: "flight number 1402", "code is 4711"."""
PAIRED_WORDS: Final = frozenset({
    "room", "rm", "suite", "ste", "apartment", "apt", "unit", "route", "highway", "hwy", "interstate", "studio",
    "cabin", "locker", "office", "bus", "bungalow", "villa", "gate", "train", "rooms", "rte",
})  # fmt: skip
"""Before a number of three or four digits: it is said in pairs ("two oh four")."""
CALLING: Final = frozenset({"call", "dial", "text", "ring", "phone", "dialing", "calling", "texting", "emergency"})
"""Before a short number: it is read digit by digit."""
SHORT_NUMBERS: Final = frozenset({
    "911", "211", "311", "411", "511", "611", "711", "811", "988", "112", "999", "101", "111", "116", "110", "000",
})  # fmt: skip
"""Telephone numbers that everybody knows."""
SYMBOLS: Final = {
    "&": "and", "+": "plus", "=": "equals", "@": "at", "%": "percent", "°": "degrees", "×": "times", "÷": "divided by",
    "±": "plus or minus", "$": "dollars", "€": "euros", "£": "pounds", "¥": "yen", "§": "section", "#": "pound",
    "∗": "star",
    "*": "times", "•": "", "|": "", "→": "to", "~": "about", "<": "less than", ">": "more than", "≤": "at most",
    "≥": "at least", "≈": "about", "²": "squared", "³": "cubed", "¢": "cents", "₹": "rupees", "₩": "won", "^": "",
    "-": ",", "/": "or", "≠": "is not", "√": "square root of", "∞": "infinity", "π": "pi", "µ": "micro",
}  # fmt: skip
"""A sign that stands alone."""
CURRENCIES: Final = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yen", "yen", "", ""),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "₩": ("won", "won", "", ""),
    "₽": ("ruble", "rubles", "kopeck", "kopecks"),
    "₺": ("lira", "lira", "kurus", "kurus"),
    "₪": ("shekel", "shekels", "agora", "agorot"),
    "₫": ("dong", "dong", "", ""),
    "₱": ("peso", "pesos", "centavo", "centavos"),
    "฿": ("baht", "baht", "satang", "satang"),
    "₴": ("hryvnia", "hryvnias", "kopiyka", "kopiykas"),
    "₦": ("naira", "naira", "kobo", "kobo"),
    "₿": ("bitcoin", "bitcoins", "", ""),
    "¢": ("cent", "cents", "", ""),
    "US$": ("U S dollar", "U S dollars", "cent", "cents"),
    "CA$": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "C$": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "A$": ("Australian dollar", "Australian dollars", "cent", "cents"),
    "AU$": ("Australian dollar", "Australian dollars", "cent", "cents"),
    "NZ$": ("New Zealand dollar", "New Zealand dollars", "cent", "cents"),
    "HK$": ("Hong Kong dollar", "Hong Kong dollars", "cent", "cents"),
    "S$": ("Singapore dollar", "Singapore dollars", "cent", "cents"),
    "MX$": ("Mexican peso", "Mexican pesos", "centavo", "centavos"),
    "R$": ("real", "reais", "centavo", "centavos"),
    "USD": ("U S dollar", "U S dollars", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
    "GBP": ("pound", "pounds", "penny", "pence"),
    "JPY": ("yen", "yen", "", ""),
    "CHF": ("Swiss franc", "Swiss francs", "centime", "centimes"),
    "CAD": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "AUD": ("Australian dollar", "Australian dollars", "cent", "cents"),
    "NZD": ("New Zealand dollar", "New Zealand dollars", "cent", "cents"),
    "SGD": ("Singapore dollar", "Singapore dollars", "cent", "cents"),
    "HKD": ("Hong Kong dollar", "Hong Kong dollars", "cent", "cents"),
    "SEK": ("Swedish krona", "Swedish kronor", "öre", "öre"),
    "NOK": ("Norwegian krone", "Norwegian kroner", "øre", "øre"),
    "DKK": ("Danish krone", "Danish kroner", "øre", "øre"),
    "PLN": ("zloty", "zlotys", "grosz", "groszy"),
    "zł": ("zloty", "zlotys", "grosz", "groszy"),
    "CZK": ("Czech crown", "Czech crowns", "heller", "hellers"),
    "HUF": ("forint", "forints", "", ""),
    **dict.fromkeys(("INR", "Rs", "Rs.", "RS", "RS.", "rs."), ("rupee", "rupees", "paisa", "paise")),
    "CNY": ("yuan", "yuan", "", ""),
    "RMB": ("yuan", "yuan", "", ""),
    "KRW": ("won", "won", "", ""),
    "THB": ("baht", "baht", "", ""),
    "MXN": ("Mexican peso", "Mexican pesos", "centavo", "centavos"),
    "BRL": ("real", "reais", "centavo", "centavos"),
    "ZAR": ("rand", "rand", "cent", "cents"),
    "AED": ("dirham", "dirhams", "fils", "fils"),
    "SAR": ("riyal", "riyals", "halala", "halalas"),
    "TRY": ("lira", "lira", "kurus", "kurus"),
    "ILS": ("shekel", "shekels", "agora", "agorot"),
}  # fmt: skip
"""Unit and its plural, hundredth and its plural."""
MAGNITUDES: Final = {
    "k": "thousand", "m": "million", "b": "billion", "bn": "billion", "mm": "million", "mn": "million", "t": "trillion",
    "hundred": "hundred", "thousand": "thousand", "million": "million", "billion": "billion", "trillion": "trillion",
}  # fmt: skip
FIXED: Final = {
    "24/7": "twenty four seven", "50/50": "fifty fifty", "20/20": "twenty twenty", "9/11": "nine eleven",
    "401(k)": "four oh one k", "401k": "four oh one k", "7-Eleven": "seven eleven", "1-on-1": "one on one",
    "1099": "ten ninety nine", "3D": "three D", "9-1-1": "nine one one",
    "24/7/365": "twenty four seven three sixty five", "24-7": "twenty four seven",
    "50-50": "fifty fifty", "100s": "hundreds", "1000s": "thousands", "10s": "tens", "C#": "C sharp", "F#": "F sharp",
    ".NET": "dot net", "A/B": "\u2060A B",
    "C++": "C plus plus",
    "9-to-5": "nine to five",
}  # fmt: skip
FRACTION_PARTS: Final = frozenset({"1/2", "1/3", "2/3", "1/4", "3/4", "1/8", "3/8", "5/8", "7/8", "1/5", "1/16"})
"""Without other evidence these are parts of a whole, and no dates."""
PARTED: Final = frozenset({
    "hour", "hours", "cup", "cups", "inch", "inches", "mile", "miles", "pound", "pounds", "teaspoon", "teaspoons",
    "tablespoon", "tablespoons", "gallon", "gallons", "of", "mi", "lb", "lbs", "oz", "in", "off", "price", "full",
    "share", "day", "days", "liter", "liters", "litre", "litres", "tsp", "tbsp", "acre", "acres", "bath", "baths",
    "pint", "pints", "empty", "yard", "yards", "year", "years", "mile.", "majority", "vote",
})  # fmt: skip
"""Behind a fraction."""
RATED: Final = frozenset({"stars", "star", "points", "rating", "score", "scores", "marks", "people", "guests"})
"""Behind "4/5": so many of so many."""
RATING: Final = frozenset(
    {"rated", "rating", "score", "scored", "scores", "gave", "solid", "rate", "it", "got", "a", "perfect"}
)
"""Before it."""
DATED: Final = frozenset({
    "on", "by", "until", "till", "from", "since", "before", "after", "date", "dated", "through", "due", "for",
    "between", "starting", "ending", "arriving", "departing", "arrival", "departure", "checkin", "checkout",
    "check-in", "check-out", "expires", "effective",
})  # fmt: skip
"""Before a date."""
UNITS: Final = {
    "km": ("kilometer", "kilometers"), "m": ("meter", "meters"), "cm": ("centimeter", "centimeters"),
    "mm": ("millimeter", "millimeters"), "mi": ("mile", "miles"), "ft": ("foot", "feet"), "yd": ("yard", "yards"),
    "yds": ("yard", "yards"), "in.": ("inch", "inches"), "kg": ("kilogram", "kilograms"), "kgs": ("kilogram",
    "kilograms"),
    "g": ("gram", "grams"), "mg": ("milligram", "milligrams"), "µg": ("microgram", "micrograms"),
    "μg": ("microgram", "micrograms"), "mcg": ("microgram", "micrograms"), "lb": ("pound", "pounds"),
    "lbs": ("pound", "pounds"), "oz": ("ounce", "ounces"), "ml": ("milliliter", "milliliters"),
    "mL": ("milliliter", "milliliters"), "cl": ("centiliter", "centiliters"), "dl": ("deciliter", "deciliters"),
    "L": ("liter", "liters"), "l": ("liter", "liters"), "gal": ("gallon", "gallons"), "qt": ("quart", "quarts"),
    "pt": ("pint", "pints"), "tsp": ("teaspoon", "teaspoons"), "tbsp": ("tablespoon", "tablespoons"),
    "kB": ("kilobyte", "kilobytes"), "KB": ("kilobyte", "kilobytes"), "GB": ("gigabyte", "gigabytes"),
    "MB": ("megabyte", "megabytes"), "TB": ("terabyte", "terabytes"),
    "Mbps": ("megabit per second", "megabits per second"),
    "Gbps": ("gigabit per second", "gigabits per second"), "kbps": ("kilobit per second", "kilobits per second"),
    "Hz": ("hertz", "hertz"), "kHz": ("kilohertz", "kilohertz"), "MHz": ("megahertz", "megahertz"),
    "GHz": ("gigahertz", "gigahertz"), "W": ("watt", "watts"), "kW": ("kilowatt", "kilowatts"),
    "MW": ("megawatt", "megawatts"), "kWh": ("kilowatt hour", "kilowatt hours"),
    "mAh": ("milliamp hour", "milliamp hours"),
    "V": ("volt", "volts"), "dB": ("decibel", "decibels"), "hp": ("horsepower", "horsepower"),
    "rpm": ("R P M", "R P M"), "psi": ("P S I", "P S I"), "mph": ("mile per hour", "miles per hour"),
    "mpg": ("mile per gallon", "miles per gallon"), "km/h": ("kilometer per hour", "kilometers per hour"),
    "kph": ("kilometer per hour", "kilometers per hour"), "m/s": ("meter per second", "meters per second"),
    "kcal": ("kilocalorie", "kilocalories"), "cal": ("calorie", "calories"), "kJ": ("kilojoule", "kilojoules"),
    "h": ("hour", "hours"), "hr": ("hour", "hours"), "hrs": ("hour", "hours"), "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"), "sec": ("second", "seconds"), "secs": ("second", "seconds"),
    "s": ("second", "seconds"), "ms": ("millisecond", "milliseconds"), "wk": ("week", "weeks"), "wks": ("week",
    "weeks"),
    "mo": ("month", "months"), "mos": ("month", "months"), "yr": ("year", "years"), "yrs": ("year", "years"),
    "°": ("degree", "degrees"), "°C": ("degree Celsius", "degrees Celsius"),
    "ºC": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"), "ºF": ("degree Fahrenheit", "degrees Fahrenheit"),
    "sqft": ("square foot", "square feet"), "sqm": ("square meter", "square meters"),
    "ft²": ("square foot", "square feet"),
    "m²": ("square meter", "square meters"), "km²": ("square kilometer", "square kilometers"),
    "m³": ("cubic meter", "cubic meters"), "ft³": ("cubic foot", "cubic feet"),
    "cm²": ("square centimeter", "square centimeters"),
    "in²": ("square inch", "square inches"), "ha": ("hectare", "hectares"), "pp": ("per person", "per person"),
    "pcs": ("piece", "pieces"), "bd": ("bed", "beds"), "ba": ("bath", "baths"), "br": ("bedroom", "bedrooms"),
    "BR": ("bedroom", "bedrooms"), "BA": ("bath", "baths"), "c": ("cent", "cents"),
    "m/s²": ("meter per second squared", "meters per second squared"),
    "m2": ("square meter", "square meters"), "km2": ("square kilometer", "square kilometers"),
    "ft2": ("square foot", "square feet"), "m3": ("cubic meter", "cubic meters"),
    "mmHg": ("millimeter of mercury", "millimeters of mercury"),
    "px": ("pixel", "pixels"), "pct": ("percent", "percent"), "ppl": ("person", "people"),
}  # fmt: skip
"""One, many."""
PER: Final = {
    "hr": "hour", "h": "hour", "hrs": "hour", "mo": "month", "mth": "month", "yr": "year", "y": "year", "wk": "week",
    "d": "day", "min": "minute", "sec": "second", "s": "second", "pp": "person", "p": "person", "pax": "person",
    "ea": "item", "each": "item", "kg": "kilogram", "lb": "pound", "km": "kilometer", "mi": "mile",
    "sqft": "square foot",
    "L": "liter", "l": "liter", "gal": "gallon", "oz": "ounce", "kWh": "kilowatt hour", "GB": "gigabyte", "m²":
    "square meter",
    "ft": "foot", "m": "meter", "pers": "person", "ppl": "person", "nt": "night", "nts": "night", "wks": "week",
}  # fmt: skip
"""Behind a slash: "$15/hr"."""
PERIODS: Final = frozenset({
    "second", "minute", "hour", "day", "night", "week", "month", "year", "person", "guest", "room", "adult", "child",
    "head", "item", "unit", "piece", "seat", "ticket", "bottle", "glass", "cup", "slice", "visit", "session", "stay",
    "kilogram", "pound", "mile", "kilometer", "meter", "liter", "gallon", "square", "user", "car", "bag", "pet", "way",
    "quarter", "semester", "lesson", "class", "game", "couple", "family", "group", "player", "dozen", "plate", "table",
    "weekday", "weekend", "appointment", "treatment", "order", "mo", "hr", "yr", "wk", "pp", "ea", "pax", "nt", "each",
})  # fmt: skip
"""Behind a slash they say what an amount is for: "$120/night"."""
STARTERS: Final = frozenset({
    "We", "I", "You", "It", "It's", "The", "This", "They", "He", "She", "Please", "Our", "If", "Is", "Are", "Do", "Can",
    "What", "How", "Would", "There", "That", "My", "Your", "In", "For", "Let", "And", "But", "Yes", "No", "Thanks",
    "Thank", "Could", "Will", "Shall", "Which", "When", "Where", "Who", "Why", "At", "On", "To", "As", "So", "I'm",
    "I'll", "We're", "We'll", "You're", "That's", "There's", "Does", "Did", "Have", "Has", "May", "Should", "Sorry",
    "Then", "These", "Those", "After", "Before", "Also", "Just", "Now", "Here", "Okay", "Great", "Sure", "Call",
})  # fmt: skip
"""With a capital letter they begin a sentence."""
SHOUTED: Final = frozenset({
    "NOT", "FREE", "CLOSED", "OPEN", "ONLY", "PLEASE", "CALL", "NOW", "YES", "NEVER", "ALWAYS", "MUST", "ALL", "NEW",
    "SALE", "NOTE", "AND", "THE", "FOR", "YOU", "YOUR", "OUR", "ARE", "WILL", "DO", "DON'T", "CAN", "CAN'T", "TODAY",
    "BEFORE", "AFTER", "VERY", "ANY", "NO", "BUT", "WITH", "THIS", "THAT", "HAVE", "HAS", "FROM", "UNTIL", "HERE",
    "THERE", "STOP", "WAIT", "HELP", "READ", "FIRST", "LAST", "BOTH", "EVERY", "EACH", "MORE", "LESS", "BEST", "BIG",
    "OFF", "OUT", "OVER", "UNDER", "WE", "BE", "TO", "OF", "ON", "AT", "BY", "IF", "IS", "SO", "MY", "HOT", "COLD",
    "LIVE", "EXTRA", "HOURS", "ROOM", "ROOMS", "DAYS", "DAY", "NIGHT", "TIME", "ONE", "TWO", "THREE", "ORDER", "MENU",
    "FRESH", "ALSO", "JUST", "ONCE", "TWICE", "STILL", "LATE", "EARLY", "PAID", "PAY", "CASH", "TAX", "CODE", "WARNING",
})  # fmt: skip
"""Everyday words in capitals are stressed, not spelled."""
SPELLED: Final = frozenset({
    "ATM", "VIP", "FAQ", "USB", "GPS", "URL", "CEO", "CFO", "CTO", "COO", "HR", "DIY", "RSVP", "ETA", "VAT", "USA",
    "UK",
    "US", "NYC", "LA", "EU", "UN", "UAE", "IRS", "FBI", "CIA", "IBM", "UPS", "ID", "IT", "AI", "API", "AAA", "ICU",
    "ER", "EV",
    "LED",
    "MRI", "ECG", "EKG", "IV", "EST", "PST", "CST", "MST", "EDT", "PDT", "CDT", "MDT", "GMT", "UTC", "CET", "CEST",
    "BST", "ET", "PT", "CT", "MT", "PO", "UV", "IP", "IQ", "IOU", "DOB", "POS", "EIN", "TBA", "EMEA",
    "BA", "LAX", "JFK", "ORD", "SFO", "AC", "AV", "EMS", "OTP", "SUV", "OBGYN", "ENT", "IPO", "ROI",
    "PTO", "AED", "CAD", "AUD", "USD", "EUR", "UCLA", "MIT", "NYU", "USC", "UNC", "OEM", "UI", "UX",
})  # fmt: skip
"""Said letter by letter, though they could be read as words. Those without a vowel always are."""
REGNAL: Final = frozenset({
    "Henry", "Elizabeth", "Charles", "George", "William", "Edward", "Richard", "Louis", "Philip", "Paul", "Benedict",
    "Pius", "Francis", "James", "Ivan", "Catherine", "Nicholas", "Peter", "Alexander", "Leo", "Gregory", "Ramses",
    "Napoleon", "Frederick", "Wilhelm", "Mary", "Victoria", "Felipe", "Carlos", "Juan", "Gustav", "Harald", "Haakon",
    "Christian", "Margrethe", "Leopold", "Albert", "Otto", "Innocent", "Clement", "Urban", "Julius", "Sixtus", "Haile",
})  # fmt: skip
"""Kings, queens and popes: "the eighth"."""
COUNTED_NOUNS: Final = frozenset({
    "War", "Chapter", "Part", "Phase", "Type", "Level", "Volume", "Act", "Scene", "Section", "Article", "Title",
    "Class",
    "Stage", "Grade", "Tier", "Book", "Bowl", "Episode", "Appendix", "Schedule", "Mark", "Category", "Group",
    "Division",
    "Region", "Step", "Unit", "Module", "Figure", "Table", "Olympiad", "Room", "Hall", "Pavilion", "Terminal",
})  # fmt: skip
"""Before a Roman numeral that counts: "Chapter four"."""
