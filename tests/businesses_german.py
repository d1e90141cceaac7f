"""Businesses that speak German."""

from typing import Final

from tests.businesses import Business, html

SUNDAY: Final = "Wir haben am Sonntag geschlossen."
BERLIN: Final = "Europe/Berlin"

GERMAN: Final = (
    Business(
        "eine Bäckerei, getippt",
        "Bäckerei Müller\nHauptstraße 12\n10115 Berlin\nTel. 030 1234567\n\nÖffnungszeiten:\nMo-Fr 6.30-18 Uhr\nSa "
        "6.30-13 Uhr\n"
        "Sonntags geschlossen\n\nBrötchen 35 Cent, Croissant 1,20 €\nTorten bitte zwei Tage vorher bestellen.\nWir "
        "nehmen nur Bargeld.",
        "Bäckerei Müller",
        ("Wir haben von Montag bis Freitag von 6:30 bis 18 Uhr geöffnet.", ("Wir haben am Samstag von 6:30 bis 13 Uhr "
                                                                           "geöffnet."), SUNDAY),
        ("Brötchen 35 Cent, Croissant 1,20 €", "Torten bitte zwei Tage vorher bestellen.", "Wir nehmen nur Bargeld."),
        address="Hauptstraße 12, 10115 Berlin", telephone="030 1234567", zone=BERLIN,
    ),
    Business(
        "eine Fahrschule, in ganzen Sätzen",
        "Wir sind die Fahrschule Vorwärts in Kassel. Unser Büro ist montags bis donnerstags von 15 bis 19 Uhr "
        "geöffnet. Der "
        "Grundbetrag kostet 350 Euro, eine Fahrstunde 65 Euro. Anmelden kann man sich jederzeit im Büro.",
        "Fahrschule Vorwärts", ("Unser Büro ist montags bis donnerstags von 15 bis 19 Uhr geöffnet.",),
        ("Der Grundbetrag kostet 350 Euro, eine Fahrstunde 65 Euro.",), lacks=("address", "telephone"),
    ),
    Business(
        "ein Zahnarzt mit einer Tabelle",
        {"": html("<h1>Herzlich willkommen</h1><p>Wir sind seit 1998 für Ihre Zahngesundheit da und nehmen uns Zeit "
                  "für Sie.</p>"
                  "<h2>Leistungen</h2><ul><li><a href=/p>Prophylaxe</a></li><li>Implantate</li><li>Professionelle "
                  "Zahnreinigung: "
                  "95 €</li></ul><h2>Sprechzeiten</h2><table><tr><td>Montag</td><td>8–12 Uhr</td><td>14–18 "
                  "Uhr</td></tr><tr><td>"
                  "Dienstag</td><td>8–12 Uhr</td><td>14–19 Uhr</td></tr><tr><td>Mittwoch</td><td>8–13 "
                  "Uhr</td></tr><tr><td>Do</td>"
                  "<td>8–12 Uhr und 14–18 Uhr</td></tr><tr><td>Fr</td><td>8–13 Uhr</td></tr></table><p>und nach "
                  "Vereinbarung</p>"
                  "<footer><p>Praxis Dr. Schmidt<br>Venloer Str. 45<br>50672 Köln</p><p>Telefon: <a "
                  "href='tel:+492211234567'>0221 "
                  "/ 123 45 67</a><br>Fax: 0221 / 123 45 68<br>E-Mail: praxis(at)zahnarzt-schmidt.example</p><p>© "
                  "2026 Dr. "
                  "Schmidt. Impressum</p></footer>", "Zahnarztpraxis Dr. Schmidt | Ihr Zahnarzt in Köln", "de")},
        "Zahnarztpraxis Dr. Schmidt",
        ("Wir haben am Montag und Donnerstag von 8 bis 12 Uhr und von 14 bis 18 Uhr geöffnet.",
         "Wir haben am Dienstag von 8 bis 12 Uhr und von 14 bis 19 Uhr geöffnet.",
         "Wir haben am Mittwoch und Freitag von 8 bis 13 Uhr geöffnet.", "und nach Vereinbarung"),
        ("Prophylaxe", "Professionelle Zahnreinigung: 95 €"), ("Impressum", "123 45 68"), address="Venloer Str. 45, "
                                                                                                  "50672 Köln",
        telephone="0221 / 123 45 67", email="praxis@zahnarzt-schmidt.example", zone=BERLIN, lacks=("days",),
        url="https://www.zahnarzt-schmidt.example/",
    ),
    Business(
        "ein Friseur mit Preisen in Kästen",
        {"": html("<h1>Salon Haarmonie</h1><h2>Öffnungszeiten</h2><p>Di – Fr: 9.00 – 18.30 Uhr<br>Sa: 8.00 – 14.00 "
                  "Uhr<br>So &amp; Mo: "
                  "geschlossen</p><h2>Preise</h2><div><span>Damenschnitt</span></div><div>ab 42 "
                  "€</div><div>Herrenschnitt</div>"
                  "<div>26 €</div><h2>Kundenstimmen</h2><p>Endlich ein Friseur, der zuhört und versteht!</p>",
                  "Salon Haarmonie", "de")},
        "Salon Haarmonie",
        ("Wir haben von Dienstag bis Freitag von 9 bis 18:30 Uhr geöffnet.", ("Wir haben am Samstag von 8 bis 14 Uhr "
                                                                             "geöffnet."),
         "Wir haben am Montag und Sonntag geschlossen."),
        ("Damenschnitt: ab 42 €", "Herrenschnitt: 26 €"), ("zuhört",), lacks=("address", "telephone"),
    ),
    Business(
        "ein Restaurant mit Ruhetag",
        {"": html("<h1>Gasthof zum Löwen</h1><p>Badische Küche mit Produkten von den Höfen der "
                  "Umgebung.</p><h2>Öffnungszeiten</h2>"
                  "<p>Mittwoch bis Sonntag von 11:30 bis 14:00 Uhr und von 17:30 bis 22:00 Uhr</p><p>Montag und "
                  "Dienstag Ruhetag</p>"
                  "<h2>Küchenzeiten</h2><p>Mi-So 12-13.30 Uhr</p><h2>Reservierung</h2><p>Tische reservieren Sie bitte "
                  "telefonisch unter "
                  "07661 55 01 42.</p><p>Marktplatz 3, 79199 Kirchzarten</p>", "Gasthof zum Löwen", "de-DE")},
        "Gasthof zum Löwen",
        ("Wir haben von Mittwoch bis Sonntag von 11:30 bis 14 Uhr und von 17:30 bis 22 Uhr geöffnet.",
         "Wir haben am Montag und Dienstag geschlossen.", "Küchenzeiten: Mi-So 12-13.30 Uhr"),
        address="Marktplatz 3, 79199 Kirchzarten", zone=BERLIN, lacks=(),
        telephone="07661 55 01 42",
    ),
    Business(
        "ein Anwalt mit Impressum",
        {"": html("<h1>Kanzlei Brandt</h1><p>Mietrecht und Arbeitsrecht in Leipzig: Wir beraten Sie "
                  "verständlich.</p><h2>Häufige "
                  "Fragen</h2><h3>Was kostet eine Erstberatung?</h3><p>Die Erstberatung kostet 190 Euro zuzüglich "
                  "Umsatzsteuer.</p>",
                  "Kanzlei Brandt – Rechtsanwälte", "de"),
         "impressum": html("<h1>Impressum</h1><p>Kanzlei Brandt<br>Karl-Liebknecht-Straße 8<br>04107 "
                           "Leipzig</p><p>Telefon 0341 "
                           "5550142</p><p>USt-IdNr.: DE 123456789</p><p>Haftung für Links: Wir haben auf fremde "
                           "Seiten keinen "
                           "Einfluss.</p>", "Impressum", "de")},
        "Kanzlei Brandt", (), (), ("DE 123456789", "Haftung"), address="Karl-Liebknecht-Straße 8, 04107 Leipzig",
        telephone="0341 5550142", zone=BERLIN, lacks=("hours",),
    ),
    Business(
        "eine Tierarztpraxis mit Daten für Maschinen",
        {"": html("<h1>Tierarztpraxis am Park</h1><p>Für Hunde, Katzen und Heimtiere, mit eigenem Labor und "
                  "Röntgen.</p>",
                  "Tierarztpraxis am Park", "de",
                  '<script type="application/ld+json">[{"@context":"http://schema.org","@graph":['
                  '{"@type":"WebSite","name":"tierarzt"},{"@type":["VeterinaryCare",'
                  '"LocalBusiness"],"name":"Tierarztpraxis am Park",'
                  '"openingHours":["Mo-Fr 09:00-12:00","Mo,Tu,Th 16:00-19:00"],"telephone":"+49 89 '
                  '5550142","address":{"streetAddress":'
                  '"Parkweg 4","postalCode":"80331","addressLocality":"München","addressCountry":"DE"}}]}]</script>')},
        "Tierarztpraxis am Park",
        ("Wir haben am Montag, Dienstag und Donnerstag von 9 bis 12 Uhr und von 16 bis 19 Uhr geöffnet.",
         "Wir haben am Mittwoch und Freitag von 9 bis 12 Uhr geöffnet."),
        address="Parkweg 4, 80331 München", telephone="+49 89 5550142", zone=BERLIN, lacks=("days",),
    ),
    Business(
        "ein Blumenladen in Wien",
        {"": html("<h1>Blumen Rosa</h1><p>Sträuße, Hochzeiten und Trauerfloristik im siebten "
                  "Bezirk.</p><h3>Geschäftszeiten</h3><p>Montag "
                  "bis Freitag: 8 bis 18 Uhr</p><p>Samstag: 8 bis 13 Uhr</p><p>Burggasse 21, 1070 Wien</p><p>Tel: +43 "
                  "1 555 01 42</p>",
                  "Blumen Rosa Wien", "de-AT")},
        "Blumen Rosa Wien",
        ("Wir haben von Montag bis Freitag von 8 bis 18 Uhr geöffnet.", ("Wir haben am Samstag von 8 bis 13 Uhr "
                                                                        "geöffnet.")),
        address="Burggasse 21, 1070 Wien", telephone="+43 1 555 01 42", zone="Europe/Vienna", lacks=("days", "prices"),
    ),
    Business(
        "eine Apotheke, Zeiten in Spalten",
        {"": html("<h1>Linden-Apotheke</h1><h2>Unsere Öffnungszeiten</h2><div><p>Montag bis "
                  "Freitag</p><p>Samstag</p></div><div><p>8:00 – "
                  "18:30 Uhr</p><p>8:30 – 13:00 Uhr</p></div><h2>Botendienst</h2><p>Bis 16 Uhr bestellt, am selben "
                  "Tag gebracht.</p>",
                  "Linden-Apotheke", "de")},
        "Linden-Apotheke",
        ("Wir haben von Montag bis Freitag von 8 bis 18:30 Uhr geöffnet.", ("Wir haben am Samstag von 8:30 bis 13 Uhr "
                                                                           "geöffnet.")),
        ("Bis 16 Uhr bestellt, am selben Tag gebracht.",), lacks=("days", "address", "telephone"),
    ),
    Business(
        "ein Schlüsseldienst rund um die Uhr",
        {"": html("<h1>Schlüsseldienst Nord</h1><p>Wir sind rund um die Uhr für Sie "
                  "da.</p><h2>Preise</h2><p>Türöffnung tagsüber: 79 Euro"
                  "</p><p>Türöffnung nachts: 119 Euro</p><p>☎ 040 555 01 42</p>", "Schlüsseldienst Nord | Hamburg",
                  "de")},
        "Schlüsseldienst Nord", (), ("Wir sind rund um die Uhr für Sie da.", "Türöffnung nachts: 119 Euro"),
        telephone="040 555 01 42",
        lacks=("address",),
    ),
    Business(
        "ein Hotel in der Schweiz",
        {"": html("<h1>Hotel Seeblick</h1><p>Zwanzig Zimmer direkt am See, fünf Minuten vom Bahnhof.</p><h2>Zimmer "
                  "und Preise</h2><ul>"
                  "<li>Einzelzimmer: CHF 120 pro Nacht</li><li>Doppelzimmer: CHF 190 pro Nacht</li></ul><h2>An- und "
                  "Abreise</h2>"
                  "<p>Zimmer sind ab 15 Uhr bereit, Abreise ist bis 11 Uhr.</p><p>Seestrasse 5, CH-8800 "
                  "Thalwil</p><p>Telefon +41 44 "
                  "555 01 42</p>", "Hotel Seeblick", "de-CH")},
        "Hotel Seeblick", (), ("Doppelzimmer: CHF 190 pro Nacht", ("Zimmer sind ab 15 Uhr bereit, Abreise ist bis 11 "
                                                                  "Uhr.")),
        address="Seestrasse 5, CH-8800 Thalwil", telephone="+41 44 555 01 42", zone="Europe/Zurich", lacks=("hours",),
    ),
    Business(
        "ein Schwimmbad mit zwei Zeiten",
        {"": html("<h1>Freibad Sonnental</h1><h2>Öffnungszeiten</h2><p>täglich 9 bis 20 Uhr</p><h2>Öffnungszeiten "
                  "Sauna</h2><p>Fr-So 14-22 "
                  "Uhr</p><h2>Eintrittspreise</h2><table><tr><td>Erwachsene</td><td>5,50 €</td></tr><tr><td>Kinder "
                  "bis 16</td><td>3,00 €"
                  "</td></tr></table>", "Freibad Sonnental", "de")},
        "Freibad Sonnental",
        ("Wir haben täglich von 9 bis 20 Uhr geöffnet.", "Öffnungszeiten Sauna: Fr-So 14-22 Uhr"),
        ("Erwachsene: 5,50 €", "Kinder bis 16: 3,00 €"), lacks=("address", "telephone"),
    ),
    Business(
        "eine Werkstatt mit Feiertagen",
        {"": html("<h1>KFZ Werkstatt Weber</h1><h2>Öffnungszeiten</h2><p>Mo – Do 7.30 – 17.00 Uhr, Fr 7.30 – 14.00 "
                  "Uhr</p><p>Sonn- und "
                  "Feiertage geschlossen</p><h2>Leistungen</h2><ul><li>Inspektion aller Marken</li><li>Reifenwechsel "
                  "für 40 Euro</li>"
                  "<li>TÜV jeden Dienstag</li></ul>", "KFZ Werkstatt Weber", "de")},
        "KFZ Werkstatt Weber",
        ("Wir haben von Montag bis Donnerstag von 7:30 bis 17 Uhr geöffnet.", ("Wir haben am Freitag von 7:30 bis 14 "
                                                                              "Uhr geöffnet."),
         SUNDAY, "Wir haben an Feiertagen geschlossen."),
        ("Reifenwechsel für 40 Euro", "TÜV jeden Dienstag"), lacks=("days", "address", "telephone"),
    ),
    Business(
        "eine Physiotherapie, Fragen in Aufklappern",
        {"": html("<h1>Physio Bewegt</h1><p>Krankengymnastik, Massage und Lymphdrainage in "
                  "Freiburg.</p><details><summary>Brauche ich ein "
                  "Rezept?</summary><p>Ja, für Leistungen der Krankenkasse brauchen Sie ein "
                  "Rezept.</p></details><h2>Kontakt</h2><p>"
                  "Montag bis Freitag von 8 bis 20 Uhr</p><p>Tel.: 0761-5550142</p><p>Basler Str. 10 · 79100 "
                  "Freiburg</p>",
                  "Physio Bewegt Freiburg", "de")},
        "Physio Bewegt Freiburg", ("Wir haben von Montag bis Freitag von 8 bis 20 Uhr geöffnet.",),
        ("Brauche ich ein Rezept? → Ja, für Leistungen der Krankenkasse brauchen Sie ein Rezept.",),
        telephone="0761-5550142",
        address="Basler Str. 10, 79100 Freiburg", zone=BERLIN, lacks=("days",),
    ),
    Business(
        "eine Musikschule mit Terminen der Kurse",
        {"": html("<h1>Musikschule Taktvoll</h1><p>Unterricht für Klavier, Gitarre und Gesang ab sechs "
                  "Jahren.</p><h2>Kurse</h2><p>Montag "
                  "16:00 – 17:00 Uhr</p><p>Blockflöte für Kinder</p><h2>Sekretariat</h2><p>Erreichbar Di und Do von "
                  "10 bis 12 Uhr.</p>"
                  "<p>Eine Probestunde ist kostenlos.</p>", "Musikschule Taktvoll", "de")},
        "Musikschule Taktvoll", (), ("Montag 16:00 – 17:00 Uhr", "Erreichbar Di und Do von 10 bis 12 Uhr.",
        "Eine Probestunde ist kostenlos."),
        lacks=("hours", "address"),
    ),
)  # fmt: skip
