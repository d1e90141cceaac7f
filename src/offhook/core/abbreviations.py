"""Words before a dot that ends no sentence, of the languages that the voices speak. Data: `segments.py` has the rules.

The segmenter does not know the language of a text, so that all lists hold at once. A word that is an everyday word of
another language ("no", "ok", "art") stands in a list that asks for more than the dot. Words are lower case.
"""

from typing import Final

_NEVER_LAST: Final = {
    "en": """mr mrs ms messrs dr prof rev hon gen col maj lt sgt capt cmdr gov sen rep pres supt st mt ft approx appt
        vs viz cf al incl excl est misc""",
    "de": """hr hrn fr frl dr prof med phil nat jur rer pol vet dent theol habil dipl ing mag lic bzw ca evtl ggf
        inkl exkl zzgl abzgl bspw vgl sog gem lt zz mind max mio mrd tsd versch verst geb gez gegr hl abt allg
        dgl str hbf bgm stv hrsg einschl insb insbes urspr wg zb dh kath ev""",
    "es": """sr sra srta sres dr dra dña lic arq ing prof profa gral cnel tte av avda ctra pza pje aprox ej vda excmo
        excma ilmo ilma dpto""",
    "fr": "mm mme mmes mlle mlles dr pr av boul bd pl rte imp apr env cf c.-à-d ét éts sté",
    "it": """sig sigg sig.ra sig.na sig.re dott dott.ssa prof prof.ssa avv ing arch geom rag mons c.so v.le p.za
        p.zza egr spett dir amm psicol""",
    "nl": "dhr mevr mw drs ir ing mr prof bijv bv ca evt incl excl resp jl gebr",
    "pt": "sr sra srta dr dra exmo exma prof profa eng av trav pça séc aprox p.ex",
    "pl": "ul np tj tzn tzw dr prof mgr inż al pl os św płk gen godz ks sz",
    "cs": "např tj tzv ul tř nám ing mudr judr mgr bc dr prof doc sv popř příp přibl resp tzn",
    "sv": "dvs resp ca doc fil bl t.ex bl.a f.d s.k p.g.a",
    "da": "dvs skt ca fhv hr fru evt ekskl inkl f.eks bl.a p.gr.a m.h.t",
    "ru": "пгт ул просп пер наб бул корп стр обл тел доб им св проф акад доц напр рис табл гр тов т.е т.к",
    "tr": "dr prof doç sn av müh mah cad sok blv bkz örn yrd",
    "fi": "esim ns mm ts huom puh noin",
    "hi": "डॉ श्री श्रीमती प्रो",
    "all": "www http https",
}
"""By the language that they belong to: titles, kinds of streets, "about", "for example"."""

_BEFORE_NUMBERS: Final = {
    "en": """no nos nr num n° nº tel ext ph max min art vol fig pg pp sec ch rm fl apt bldg jan feb mar apr jun jul
        aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun""",
    "de": "nr nrn tel durchw abs art bd kap abb s zi whg mär okt dez mo di mi do sa so",
    "es": """núm núms n n.º nro párr párrf lun mar mié jue vie sáb dom tel tels ext int pág págs art cap vol fig ene
        abr ago dic c""",
    "fr": "n no nos tél art chap vol éd fig poste janv févr avr juil déc",
    "it": "n num nn tel int pag pagg art cap vol gen mag giu lug ott dic ca",
    "nl": "nr nrs tel blz toestel maa okt vanaf",
    "pt": "n núm tel telef pág págs art cap fev abr mai ago set out dez",
    "pl": "nr tel wew godz str ok poz ust pkt",
    "cs": "č tel str kl hod odst",
    "sv": "nr tel sid kl kap",
    "da": "nr tlf kl stk",
    "ru": "тел д кв оф каб эт стр п ст",
    "tr": "no tel s kat",
    "all": "po box",
}
"""They end no sentence when a number follows."""

NEVER_LAST: Final = frozenset(word for words in _NEVER_LAST.values() for word in words.split())
BEFORE_NUMBERS: Final = frozenset(word for words in _BEFORE_NUMBERS.values() for word in words.split())

OFTEN_LAST: Final = frozenset("st co fr ft mt jr sr av str pl al est s rep gen pr max sen".split())
"""Of those, the ones that end a sentence where a word follows with which one plainly begins: "on Main St. We ..."."""

NEVER_LAST_LETTERS: Final = frozenset(
    "e.g i.e z.b d.h u.a v.a p.ej p.ex c.-à-d t.ex bl.a f.eks m.a.w d.w.z o.a т.е т.к".split()
)
"""Letters with dots that always go on; "U.S." and "p.m." may end a sentence."""

DOMAINS: Final = frozenset("com org net info biz dev app html php js".split())
"""After a dot without a space they are no new sentence, however they are written."""

STARTERS: Final = frozenset(
    """the we it i you they this these those there he she our your please if but and what when where which who how
    is are was does did do have has had should would could thanks thank it's we're you're i'm that's i'll we'll
    wir sie ich ihr ist sind haben hat bitte aber und dann wenn danke möchten können wollen soll dürfen
    nous vous ils elles je mais c'est merci pouvez voulez souhaitez
    nosotros usted ustedes pero gracias puede quiere desea tenemos
    noi lei ma grazie abbiamo può vuole wij we u maar dank wilt kunt nós você vocês mas obrigado temos
    hvad hvordan hvornår hvem jeg hur vad när jag
    vi du men tack tak har мы вы это но он она они если biz siz ama""".split()
)
"""Words with which sentences begin and before which no name, month or noun ends: personal pronouns, verbs, "please"."""

ARTICLES: Final = frozenset(
    "der die das den dem ein eine es er da danach heute morgen mit für im am in det de den".split()
)
"""Words that follow no ordinal."""

AFTER_ORDINALS: Final = frozenset(
    """januar jänner jaenner februar feber märz april mai juni juli august september oktober november dezember
    stock stockwerk etage obergeschoss og dg ug klasse platz quartal halbjahr lebensjahr jahrhundert liga
    auflage kapitel weihnachtstag weihnachtsfeiertag""".split()
)
"""Of the language that writes its ordinals with a dot and its nouns with a capital letter: "am 29. Juli"."""
