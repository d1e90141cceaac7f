"""Sentences of callers in every language: who asks for time, who is done, whose figures are an echo."""

import pytest

from offhook.agents.languages import script_for
from offhook.core.again import is_echo
from offhook.core.words import Shape, asks_for_time, is_backchannel, is_hesitation, shape_of, without_fillers

WAITS = [
    ("en", "I need a second to find it."), ("en", "Give me a second, sir."), ("en", "I need a second please."),
    ("en", "Can I have a second while I look?"), ("es", "Deme un segundo por favor."),
    ("fr", "Une seconde je cherche."),
    ("it", "Mi dia un secondo per favore."), ("pt", "Um segundo por favor."), ("en", "Just a second honey."),
    ("en", "Can I put you on hold for a minute?"), ("en", "Two seconds."), ("de", "Sekündchen."),
    ("de", "Ich guck mal eben nach."), ("es-MX", "Permítame tantito."), ("pt-PT", "Espere só um bocadinho."),
    ("en", "Could you hold for a second?"), ("en", "Gimme a sec."), ("en", "Sorry, half a second."),
    ("en", "Do you mind if I put you on hold?"), ("en", "just a tick"), ("en", "I'll just get my glasses."),
    ("de", "Ich guck mal."), ("de", "Augenblickchen, ja?"), ("de", "Ich schau mal eben nach."),
    ("de", "Da muss ich mal gucken."), ("de", "Zwei Sekunden bitte."), ("de", "Einen kleinen Augenblick, bitte"),
    ("de", "Ich hol mal schnell meine Karte"), ("de", "kann ich Sie kurz in die Warteschleife legen?"),
    ("de", "Momentchen, ja."), ("de", "Minütchen."), ("es", "Deme un segundito"), ("es", "Ahorita regreso."),
    ("es", "Aguánteme tantito."), ("es", "No me cuelgue, por favor."), ("es", "¿Me espera tantito?"),
    ("es", "Espéreme un segundo"), ("es", "La pongo en espera un momento"), ("pt", "Só um bocadinho."),
    ("pt", "É só um momentinho."), ("pt", "Aguarde só um instante"), ("pt", "Peraí, deixa eu ver."),
    ("pt", "Vou só buscar o cartão."), ("fr", "Deux petites secondes."), ("fr", "Je vous mets en attente."),
    ("fr", "Une toute petite minute."), ("fr", "Bougez pas."), ("fr", "Laissez-moi deux minutes"),
    ("it", "Un secondino."), ("it", "Solo un attimino."), ("it", "Aspetti un secondo."),
    ("it", "La metto in attesa un attimo."), ("it", "Mi dia un minuto."), ("nl", "Seconde."),
    ("nl", "Twee seconden."), ("nl", "Eén secondje."), ("nl", "Wacht effe."), ("nl", "Ik kijk het even na."),
    ("nl", "Mag ik u even in de wacht zetten?"), ("nl", "Een klein momentje."),
    ("en", "Mind if I put you on hold?"), ("en", "Hold that thought."), ("en", "Give us a minute."),
    ("en", "I need to get my card."), ("en", "I have to get my wallet."), ("en", "I gotta grab my card."),
    ("en", "Let me go find it."), ("en", "Can you hold?"), ("en", "Could you hold please?"), ("en", "Two minutes."),
    ("en", "A second."), ("en", "Moment please."), ("en", "I'm looking for it."), ("en", "In a jiffy."),
    ("en", "Sorry, someone's at the door."), ("en", "Let me write that down."), ("en", "I'll put you on speaker."),
    ("en", "Stand by."), ("en", "Wait a bit."), ("de", "Ich hole die Karte."),
    ("de", "Einen Moment bitte, ich hole die Karte."), ("de", "Ich hol nur kurz die Karte."),
    ("de", "Momenterl bitte."), ("de", "Wart a bissl."), ("de", "Warten S' an Moment."), ("de", "Een Moment."),
    ("de", "Momang bitte."), ("de", "Moment emol."), ("de", "Momentli."), ("de", "Es Momäntli bitte."),
    ("de", "Ich such das mal raus."), ("de", "Ich muss die Karte erst holen."), ("de", "Da muss ich nachschauen."),
    ("de", "Bleiben Sie am Apparat."), ("de", "Ganz kurz."), ("de", "Gleich, ich hab's gleich."),
    ("de", "Zwei Minuten bitte."), ("de", "Ich leg kurz den Hörer weg."), ("es", "Ahorita."),
    ("es", "Aguante un cachito."), ("es", "Bancá un toque."), ("es", "Un momentico."), ("es", "Un segundico."),
    ("es", "Pérate."), ("es", "Espérese tantito."), ("es", "Manténgase en línea."),
    ("es", "Tengo que ir a por la tarjeta."), ("es", "Voy por la tarjeta."), ("es", "Dos minutos."),
    ("es", "No se retire."), ("es", "Esperá un cacho."), ("es", "Enseguida."), ("es", "Ten un poco de paciencia."),
    ("fr", "Attends voir."), ("fr", "Je cherche ma carte."), ("fr", "Je prends de quoi noter."),
    ("fr", "Veuillez patienter."), ("fr", "Une p'tite seconde."), ("fr", "Bouge pas."),
    ("fr", "Attendez que je trouve."), ("fr", "Il faut que je regarde."), ("fr", "J'arrive."),
    ("fr", "Je suis à vous tout de suite."), ("fr", "Vous pouvez patienter ?"),
    ("fr", "Deux minutes, s'il vous plaît."), ("fr", "Tenez la ligne."), ("fr", "Espérez un peu."),
    ("fr", "Minute papillon."),
]  # fmt: skip
WAITS_NOT = [
    ("en", "Give me a room."), ("en", "I have two minutes."), ("en", "I'm just looking for a room."),
    ("es", "Deme una mesa para dos."), ("es", "Le voy a preguntar algo."), ("fr", "Je vais prendre la chambre."),
    ("fr", "Donnez-moi une chambre."), ("it", "Cerco un hotel."), ("it", "Mi dia un tavolo."),
    ("it", "Devo prendere il treno."), ("nl", "Ik wil even een kamer boeken."), ("nl", "Geef me een kamer."),
    ("nl", "Ik zoek een hotel."), ("pt", "Me dá um quarto."), ("pt", "É só um quarto."), ("pt", "É um pouco caro."),
    ("de", "Ich suche nach einem Zimmer."), ("de", "Ich möchte kurz etwas fragen."), ("de", "Ich wollte mal fragen."),
    ("de", "Haben Sie einen Moment Zeit?"),
    ("de", "Ich nehme zwei Sekunden später ab und sage, was ich für Sie tun kann, wenn das okay ist ja wirklich"),
    ("en", "I need a second room."), ("en", "Can I have a second bed in the room?"), ("en", "Give me a second night."),
    ("en", "I need another second opinion."), ("es", "Necesito un segundo cuarto."), ("fr", "Une seconde chambre."),
    ("fr", "Je voudrais une seconde chambre."), ("it", "Mi dia un secondo letto."), ("pt", "Um segundo quarto."),
    ("en", "The second."), ("de", "Ich gehe nach Hause."), ("nl", "Twee."),
    ("en", "How long can you put me on hold?"), ("es", "Quiero un momento de paz para mi familia"),
    ("en", "Let me get a table for two."), ("en", "We arrive in two minutes."),
    ("en", "Can you hold a table for me?"), ("en", "You put me on hold."), ("en", "I have a second question."),
    ("en", "I'm looking for a room."), ("en", "I have to get there by six."),
    ("de", "Ich hole die Karten morgen ab."), ("de", "Im Moment bin ich in Wien."),
    ("de", "Ich muss morgen früh raus."), ("de", "In zwei Minuten bin ich da."), ("de", "Gleich morgen früh."),
    ("es", "En un momento llego."), ("es", "Voy por la tarde."), ("es", "Busco una habitación."),
    ("es", "Tengo que salir."), ("fr", "Je cherche une chambre."), ("fr", "J'arrive demain."),
    ("fr", "Je reviens demain."), ("fr", "Je vais prendre le poisson."), ("fr", "Je dois partir."),
]  # fmt: skip
DONE = [
    ("en", "That is what I came for."), ("de", "Ich komme mit."), ("de", "Gerne, das nehme ich."),
    ("fr", "Moi avec."), ("en", "That's what I'm looking for."), ("en", "Yes, that's the place we come from."),
    ("en", "I don't know what the price is."), ("en", "If you want to."), ("en", "That's the person I spoke with."),
    ("en", "I know who I'm talking to."), ("en", "No, I don't need to."), ("en", "He is a friend of his"),
    ("de", "Das mache ich."), ("de", "Nein, das weiß ich nicht."), ("de", "Das trifft zu."),
    ("de", "Das fällt mir gerade nicht ein."), ("de", "Tragen Sie mich bitte ein."), ("de", "Ich nehme das mit."),
    ("de", "Lieber ohne."), ("de", "Ich war bei ihr."), ("de", "Ab und zu."), ("de", "Das will ich."),
    ("de", "Das glaube ich."), ("de", "Meine Frau kommt auch mit."), ("fr", "J'en prends un."),
    ("fr", "Je viens avec."), ("fr", "Je ne sais pas où il est."), ("fr", "Je suis pour."), ("es", "No sé qué es."),
    ("es", "Sí, claro que lo es."), ("es", "Solo una."), ("it", "Ne prendo uno."), ("it", "Non so chi è."),
    ("it", "È la mia."), ("nl", "Dat neem ik."), ("nl", "Daar kom ik voor."), ("nl", "Dat valt tegen."),
    ("nl", "Ik hou er niet van."), ("pt", "Não sei o que é."), ("pt", "Só um."), ("pt", "Sei lá como."),
    ("en", "Please call me at five."), ("en", "Call me at five thirty."), ("en", "You can reach me at 5."),
    ("en", "Please call me at seven p.m."), ("en", "Call me after five."), ("en", "Ring me around twelve."),
    ("de", "Rufen Sie mich um fünf an."), ("es", "Llámeme a las cinco."), ("fr", "Rappelez-moi à cinq heures."),
    ("en", "I was born in 1984."), ("de", "Ich bin 1984 geboren."),
    ("de", "Ich wurde 1984 geboren, also Jahrgang 1984."), ("fr", "Je suis né en 1984."), ("es", "Nací en 1984."),
    ("it", "Sono nato nel 1984."), ("nl", "Ik ben geboren in 1984."), ("pt", "Nasci em 1984."),
    ("en", "I was born in nineteen eighty four."), ("en", "My card expires in 2027."),
    ("de", "Rufen Sie mich um fünf an."), ("de", "Sie können mich ab 18 Uhr anrufen."), ("en", "I turned 40."),
    ("en", "We moved here in 1998."), ("de", "Meine Tochter ist 2010 geboren."), ("de", "Das war im Jahr 1984."),
    ("de", "Ich bin Jahrgang 84."), ("es", "Mi hijo nació en 2010."),
    ("en", "That's all I wanted to ask about."), ("en", "That's who I came with."),
    ("en", "That's the hotel we stayed at."), ("en", "That's the number I called from."),
    ("en", "Nothing to worry about."), ("en", "Someone to talk to."), ("en", "That's the company I work for."),
    ("en", "I have everything I asked for."), ("en", "It was sent from the shop I bought it from."),
    ("en", "That is where I live at."), ("en", "That's the one I'd like."), ("en", "I wonder why it is."),
    ("en", "It really is."), ("en", "She told me to."), ("en", "I was born in eighty-four."),
    ("de", "Da spricht nichts gegen."), ("de", "Die Küche hat zu."), ("de", "Der Laden hat um acht zu."),
    ("de", "Ich stehe Ihnen bei."), ("de", "Nur wir."), ("de", "Das sind wir."), ("de", "Das gehört ihr."),
    ("de", "Ja, genau der."), ("de", "Davon nehme ich einen."), ("de", "So machen wir."),
    ("de", "Darauf lasse ich mich ein."), ("es", "Mejor sin."), ("es", "Me falta una."),
    ("es", "Dígame a qué hora es."), ("es", "Avíseme cuando."), ("fr", "C'est ce qu'il est."),
    ("fr", "On fera avec."), ("fr", "Je préfère sans."), ("fr", "Nous sommes deux, environ."),
    ("fr", "Peu importe qui."), ("fr", "C'est tout ce que j'ai."), ("fr", "Oui, ils y sont."),
]  # fmt: skip
GOES_ON = [
    ("en", "I would like to"), ("en", "I want a table for"), ("en", "My name is"), ("de", "Ich möchte mit"),
    ("de", "Wir kommen zu"), ("de", "das ist gut, weil ich"), ("de", "Morgen komme ich"), ("fr", "Je viens avec ma"),
    ("fr", "une table pour"), ("es", "Lo que quiero es"), ("es", "quiero que"), ("en", "what I want is"),
    ("nl", "Ik wil een tafel voor"), ("it", "vorrei sapere se"), ("pt", "queria uma mesa para"),
    ("en", "I spoke with"), ("en", "I'm looking for"), ("de", "wir sind mit"), ("nl", "ik kom van"),
    ("en", "nothing for"), ("en", "I wonder if it is"), ("en", "the room I want is for"),
    ("en", "the hotel I booked is at"), ("en", "what I ordered was for"), ("en", "what I need is a table for"),
    ("en", "I'd like to"), ("en", "for the room we need a"), ("en", "if you"), ("de", "Das ist mein"),
    ("de", "meine Frau und ich"), ("de", "Ich habe gegen"), ("de", "Können wir"), ("de", "Haben wir"),
    ("de", "Morgen würde ich"), ("de", "Ich hätte gern einen"), ("de", "und dann"), ("es", "quiero una"),
    ("es", "una mesa sin"), ("es", "quisiera saber si"), ("fr", "donnez-moi un"), ("fr", "je voulais savoir si"),
    ("fr", "c'est pour"),
]  # fmt: skip
ECHOES = [
    ("en", "7 until 10:30", "The kitchen is open from seven until half past ten every evening."),
    ("en", "that is $45 for", "That is forty-five dollars for the room."),
    ("en", "forty-five dollars for the room", "That is $45 for the room."),
    ("en", "it is 10 o'clock", "It's ten o'clock."), ("en", "we are open until 8 PM", "We're open until eight p.m."),
    ("en", "it is 12:45 now", "It's quarter to one now."), ("en", "the 3rd of May", "On the third of May."),
    ("de", "7 bis 10:30 Uhr", "Die Küche ist von sieben bis halb elf geöffnet"),
    ("de", "das kostet 45 Euro", "Das kostet fünfundvierzig Euro."),
    ("de", "um 9:15 Uhr am", "Wir kommen um Viertel nach neun am Montag"),
    ("de", "am 3. Mai um 18:30", "Am dritten Mai um achtzehn Uhr dreißig."),
    ("fr", "de 7 h à 10h30", "ouvert de sept heures à dix heures et demie"),
    ("fr", "ça fait 45 €", "Ça fait quarante-cinq euros."), ("es", "de 7 a 10:30", "abierto de siete a diez y media"),
    ("es", "son 45 euros", "Son cuarenta y cinco euros por noche"),
    ("it", "dalle 7 alle 10:30", "Aperto dalle sette alle dieci e mezza"),
    ("nl", "van 7 tot 10:30", "Open van zeven tot half elf"),
    ("pt", "das 7 às 10:30", "Aberto das sete às dez e meia"),
    ("en", "1,250 dollars a week", "That is twelve hundred fifty dollars a week."),
    ("en", "one thousand two hundred fifty dollars", "That is $1,250."),
    ("en", "call 503-555-0142 now", "Please call five zero three five five five zero one four two now."),
    ("en", "9:30 AM to 5 PM", "Open nine thirty a.m. to five p.m."),
]  # fmt: skip


@pytest.mark.parametrize(("tag", "text"), WAITS)
def test_who_wants_to_be_waited_for(tag: str, text: str) -> None:
    assert asks_for_time(text, script_for(tag))


@pytest.mark.parametrize(("tag", "text"), WAITS_NOT)
def test_who_does_not(tag: str, text: str) -> None:
    assert not asks_for_time(text, script_for(tag))


@pytest.mark.parametrize(("tag", "text"), DONE)
def test_who_is_done_though_the_last_word_is_an_open_one(tag: str, text: str) -> None:
    assert shape_of(text, "", script_for(tag)) is Shape.COMPLETE


@pytest.mark.parametrize(("tag", "text"), GOES_ON)
def test_who_goes_on(tag: str, text: str) -> None:
    # What begins like a question may be one: then the sound decides.
    assert shape_of(text, "", script_for(tag)) in (Shape.OPEN, Shape.STRANDED)


def test_who_was_asked_for_a_date_may_go_on_behind_the_year() -> None:
    script = script_for("en-US")
    assert shape_of("I was born in 1984.", "What is your date of birth?", script) is Shape.COLLECTING
    assert shape_of("The 20 03", "What is your date of birth?", script) is Shape.COLLECTING


@pytest.mark.parametrize(("tag", "heard", "said"), ECHOES)
def test_an_echo_is_known_however_its_figures_are_written(tag: str, heard: str, said: str) -> None:
    assert is_echo(heard, said, 3, script_for(tag))


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("for 5 people at 8", "A table for five people at seven, is that right?"),
        ("at 8 tomorrow please", "at seven tomorrow, please"), ("from 7 until 10:45", "from seven until half past ten"),
        ("that is $54 then", "That is forty-five dollars then."),
    ],
)  # fmt: skip
def test_another_figure_is_the_callers(heard: str, said: str) -> None:
    assert not is_echo(heard, said, 3, script_for("en-US"))


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("de", "Mmh."),
        ("de", "Hmhm"),
        ("de", "Jou"),
        ("de", "Joa."),
        ("en", "Mmh."),
        ("fr", "Hmhm."),
        ("en", "Mmkay."),
        ("en", "Okey dokey"),
        ("de", "Jawohl."),
        ("es", "Mjm"),
        ("fr", "Ça marche."),
    ],
)
def test_sounds_of_listening(tag: str, text: str) -> None:
    assert is_backchannel(text, script_for(tag))


@pytest.mark.parametrize("text", ["uh uh", "Uh uh.", "mm mm", "Unh unh."])
def test_a_no_in_two_words_is_answered(text: str) -> None:
    script = script_for("en-US")
    assert not is_backchannel(text, script) and not is_hesitation(text, script)
    assert without_fillers(text, script) == text


def test_looking_for_words_is_no_turn() -> None:
    assert is_hesitation("Hm.", script_for("de")) and is_hesitation("Uh, uh", script_for("en-US"))
    assert not is_hesitation("Mhm.", script_for("de"))
