"""Words that tell a language: the ones that stand in nearly every sentence, and those of opening hours and bookings."""

from typing import Final

TELLING: Final = {
    "en": """the a an and or but of to in on at for from with by is are was were be been it its this that these those
    there here you your yours we our us i my me they their he she his her as if when what which who how why where not
    no yes can could will would shall should may might must do does did have has had get got per please thanks thank
    sorry sure about over under after before until till between than then so too very also just only any some all
    each every more most other one two three first next last today tomorrow tonight morning afternoon evening night
    nights day days week weeks month year hour hours minute minutes room rooms table tables people guests person
    open closed close opens closes call number price cost costs free booked booking book available
    need want like know let's i'm it's we're you're that's i'll we'll you'll don't star stars dollars cents am off
    out up down into onto around away back old new good great best hello bye goodbye euro euros ten men rum hat die war
    man son pour pan sale vale mars pie mere hun mod pro bar hold den fee pm check name address email website menu
    total deluxe suite deposit tax rate balance member reference confirmation flight gate floor""",
    "es": """el los las un una unos unas y o u pero de del al a en con por para sin sobre entre hasta desde es son está
    están estamos era fue ser hay que qué se su sus mi tu te le les lo la nos me no sí si como cómo cuando cuándo donde
    dónde quién cuál cuánto cuánta cuántos cuántas muy más menos también ya aquí allí hoy mañana tarde noche noches
    tardes días día semana mes año hora horas minutos lunes martes miércoles jueves viernes sábado domingo enero febrero
    marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre cuesta cuestan precio habitación
    habitaciones mesa mesas personas gracias hola adiós buenos buenas perfecto claro vale reserva cita teléfono número
    código abrimos cerramos abierto cerrado puede puedo podemos tiene tenemos tengo quiere quiero necesita usted ustedes
    nuestro nuestra nuestros este esta estos estas ese esa eso cada todo todos toda euros llame llamar favor dirección
    calle lleva llega sale queda quedan pago persona
    euro millones iva desayuno incluido incluida cama llegada salida cuenta pagar reservar reservado entonces después
    antes ahora mismo tampoco nada algo alguien nadie señor señora espera esperan abre cierra abren cierran duran será
    sería podría gustaría ayudarle ayudar decirme dígame tiempo vez veces primero segundo planta piso puerta centro
    ciudad plaza avenida
    pie aprox cuarto kilómetros metros gramos lista aproximadamente además aunque porque siempre nunca""",
    "de": """der die das den dem des ein eine einen einem einer eines und oder aber von vom zu zum zur in im an am auf
    für mit bei aus nach vor über unter bis ab um ist sind war waren sein wird werden hat haben habe hatte kann können
    möchte möchten soll muss müssen darf ich sie wir ihr uns ihnen ihre ihren ihrem unser unsere es er nicht kein keine
    ja nein auch noch nur schon sehr mehr wenn dass weil wie was wann wo wer warum welche welcher heute morgen abend
    uhr tag tage woche monat jahr stunde stunden minuten montag dienstag mittwoch donnerstag freitag samstag sonntag
    januar februar märz mai juni juli oktober dezember kostet kosten preis zimmer tisch personen danke bitte hallo
    guten gerne geöffnet geschlossen haben reserviert termin telefon nummer straße pro nacht sich man diese dieser
    dieses gibt geht frei alle jeden jede tschüss
    bezahlt abs std uhr macht beträgt kommt euro prozent etage stück rechts herr frau rufen nehmen sagen
    brauchen hätten würden wollen
    wieder dann hier dort gegen zwischen während beide viele etwa gesamt insgesamt rechnung bezahlen zahlen buchen
    gebucht reservierung frühstück doppelzimmer einzelzimmer nächte übernachtung ankunft abreise adresse lautet
    bestellung lieferung monate jahre gern freut tut leid augenblick gleich später früher erst letzte nächste einmal
    zweimal dreimal sowie inklusive zuzüglich netto brutto also wäre wären sonst jetzt damit dafür natürlich""",
    "fr": """le la les un une des du de au aux et ou mais en dans sur sous avec sans pour par chez entre depuis est sont
    était être a ont avons avez ai il elle nous vous ils elles je tu on me se ce cet cette ces son sa ses notre nos
    votre vos leur mon ma mes ne pas plus moins très aussi déjà oui non si que qui quoi quel quelle quand comment où
    pourquoi combien aujourd'hui demain soir matin nuit nuits jour jours semaine mois an année heure heures minutes
    lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril mai juin juillet août septembre
    octobre novembre décembre coûte coûtent prix chambre chambres table personnes merci bonjour bonsoir revoir ouvert
    fermé ouvrons fermons réservation rendez-vous téléphone numéro rue voulez pouvez peux peut c'est j'ai qu'il d'une
    l'hôtel d'accord s'il plaît voici voilà personne tout tous toute chaque euros
    à euro cela ça fait reste restent voudrais voudriez aimerais faut peut-être alors donc puis ensuite après avant
    maintenant toujours jamais rien quelque chose monsieur madame mademoiselle docteur appelez rappeler attendez ouvre
    ferme ouvrent ferment dure petit-déjeuner inclus compris nuitée arrivée départ adresse compte payer réserver
    réservé étage porte ville demie kilomètres mètres grammes habitants environ parce bien sûr d'un d'ici jusqu'à
    lorsque première premier dernier dernière""",
    "it": """il lo la i gli le un uno una e ed o ma di del della dei delle dello degli da dal dalla a al alla ai alle in
    nel nella con su sul sulla per tra fra è sono era essere ha hanno abbiamo ho che chi cosa come quando dove perché
    quanto quale non sì no più meno molto anche già qui oggi domani sera mattina notte notti giorno giorni settimana
    mese anno ora ore minuti lunedì martedì mercoledì giovedì venerdì sabato domenica gennaio febbraio marzo aprile
    maggio giugno luglio agosto settembre ottobre novembre dicembre costa costano prezzo camera camere tavolo persone
    grazie ciao buongiorno buonasera prego arrivederci aperto chiuso apriamo chiudiamo prenotazione telefono numero
    può posso possiamo vuole vorrei lei noi voi loro nostro nostra suo sua questo questa ogni tutto tutti dalle alle
    c'è ci si euro""",
    "pt": """o os as um uma uns umas e ou mas de do da dos das em no na nos nas ao à aos às com por para pelo pela sem
    sobre entre até desde é são está estão era foi ser há tem têm temos tenho que quem qual quando onde como quanto não
    sim mais menos muito também já aqui hoje amanhã noite noites dia dias manhã tarde semana mês ano hora horas minutos
    segunda terça quarta quinta sexta sábado domingo janeiro fevereiro março abril maio junho julho setembro outubro
    novembro dezembro custa custam preço quarto quartos mesa pessoas obrigado obrigada olá bom boa adeus aberto fechado
    abrimos fechamos reserva telefone número pode posso podemos quer gostaria você vocês nós nosso nossa seu sua este
    esta isso cada todos tudo reais euro euros""",
    "nl": """de het een en of maar van voor met op in aan bij uit naar over onder tot om door tussen is zijn was waren
    wordt worden heeft hebben heb kan kunnen wil willen moet moeten mag ik u jij je wij we zij ze hij hun ons onze uw
    niet geen ja nee ook nog al zeer meer als dat die dit deze wie wat waar wanneer hoe waarom welke vandaag morgen
    avond ochtend nacht nachten dag dagen week maand jaar uur uren minuten maandag dinsdag woensdag donderdag vrijdag
    zaterdag zondag januari februari maart mei juni juli augustus oktober kost kosten euro prijs kamer kamers
    tafel personen
    dank bedankt hallo goedemorgen goedemiddag goedenavond open gesloten reservering afspraak telefoon nummer straat
    alstublieft graag per elke alle er""",
    "pl": """i oraz lub ale w we z ze na do od dla po przy przed nad pod o u za jest są był była było być ma mają mamy
    mam może mogę możemy chce proszę dziękuję nie tak też już tylko bardzo więcej jak co kto gdzie kiedy dlaczego który
    która które czy że się ten ta to tej tego pan pani państwo my nasz nasza nasze dzisiaj dziś jutro rano wieczorem noc
    dzień dni tydzień miesiąc rok godzina godziny godzinie minut poniedziałek wtorek środa czwartek piątek sobota
    niedziela kosztuje cena pokój pokoje stolik osób osoby dobry cześć witam otwarte zamknięte rezerwacja telefon numer
    ulica złotych euro""",
    "sv": """och eller men att av från till med på i för om vid under över är var vara blir har hade kan vill ska måste
    jag du han hon vi ni de oss er vår vårt våra din ditt inte ingen ja nej också bara mycket mer när vad vem var hur
    varför vilken idag imorgon kväll natt dag dagar vecka månad år timme timmar minuter måndag tisdag onsdag torsdag
    fredag lördag söndag kostar pris rum bord personer tack hej öppet stängt öppnar stänger bokning telefon nummer en
    ett den det som klockan kronor euro""",
    "da": """og eller men at af fra til med på i for om ved under over er var være bliver har havde kan vil skal må jeg
    du han hun vi de os jer vores din dit ikke ingen ja nej også kun meget mere når hvad hvem hvor hvordan hvorfor
    hvilken dag dage uge måned år time timer minutter mandag tirsdag onsdag torsdag fredag lørdag søndag koster pris
    værelse bord personer tak hej åbent lukket åbner lukker telefon nummer en et den det som klokken kroner euro
    morgen aften
    nat""",
    "tr": """ve veya ama ile için bir bu şu o de da mi mı mu mü ne nasıl nerede kim kaç var yok evet hayır çok daha gibi
    sonra önce kadar saat saatte gün gece hafta ay yıl bugün yarın sabah akşam pazartesi salı çarşamba perşembe cuma
    cumartesi pazar fiyat fiyatı oda odası masa kişi kişilik teşekkürler teşekkür merhaba lütfen açık kapalı rezervasyon
    telefon numara lira biz siz sizin bizim ben sen olarak değil""",
}
"""By primary tag. A word may stand in several: it tells nothing between those."""
LETTERS: Final = {
    "es": "ñáíóúéü¿¡", "de": "äöüß", "fr": "éèêàâçùûîïôœ", "it": "èàòùìéî", "pt": "ãõçáâêéíóúàôü", "pl": "ąćęłńóśźż",
    "sv": "åäö", "da": "æøå", "tr": "ğışçöü",
}  # fmt: skip
"""Letters of a language that English does not have."""
_ALONE: Final = {
    "de": """Uhr Straße Januar Februar März Mai Juni Juli Oktober Dezember Montag Dienstag Mittwoch Donnerstag Freitag
    Samstag Sonntag Nacht Nächte Zimmer Stunden Minuten Personen Tage""",
    "es": """enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes martes
    miércoles jueves viernes sábado domingo horas noches personas habitaciones mañana""",
    "fr": """janvier février avril mai juin juillet août septembre octobre novembre décembre lundi mardi mercredi jeudi
    vendredi samedi dimanche heures nuits personnes chambres""",
}
UNMISTAKABLE: Final = {word: tag for tag, words in _ALONE.items() for word in words.split()}
"""As they are written: beside a number, one of them tells the language of a whole sentence."""
