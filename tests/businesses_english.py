"""Businesses that speak English."""

from typing import Final

from tests.businesses import Business, html

WEEK: Final = "We are open from Monday to Friday, from 9 a.m. to 5 p.m."
SUNDAY: Final = "We are closed on Sunday."

ENGLISH: Final = (
    Business(
        "a hair salon, typed in one breath",
        "Bella's Hair Salon, 12 High Street, Leeds, LS1 4AB. We're open Tue-Sat 9-6, closed Sunday and Monday. "
        "A cut costs £25, colour from £60. Call 0113 496 0123. Walk-ins are welcome on Tuesdays.",
        "Bella's Hair Salon",
        ("We are open from Tuesday to Saturday, from 9 to 6.", "We are closed on Monday and Sunday."),
        ("A cut costs £25, colour from £60.", "Walk-ins are welcome on Tuesdays."),
        address="12 High Street, Leeds, LS1 4AB", telephone="0113 496 0123", zone="Europe/London",
    ),
    Business(
        "a garage, typed in lines",
        "Dockside Garage\n88 Harbour Rd, Cork, T12 W8KP\nPhone: 021 496 0142\nMonday to Friday: 8.30am - 5.30pm\n"
        "Saturday: 9am - 1pm\n\nServices:\n- MOT and NCT preparation\n- Tyres and brakes\n- Full service from €149\n"
        "Please book a week ahead.",
        "Dockside Garage",
        ("We are open from Monday to Friday, from 8:30 a.m. to 5:30 p.m.", ("We are open on Saturday, from 9 a.m. to 1 "
                                                                           "p.m.")),
        ("MOT and NCT preparation", "Full service from €149", "Please book a week ahead."),
        address="88 Harbour Rd, Cork, T12 W8KP", telephone="021 496 0142", zone="Europe/Dublin", lacks=("days",),
    ),
    Business(
        "a lawyer who says who she is",
        "We are Hartley & Moss, a law firm for tenants. Consultations cost 90 dollars for half an hour. "
        "Our office is closed at weekends; on weekdays we are here from 9 a.m. to noon.",
        "Hartley & Moss",
        ("Our office is closed at weekends; on weekdays we are here from 9 a.m. to noon.",),
        ("Consultations cost 90 dollars for half an hour.",),
        lacks=("address", "telephone"),
    ),
    Business(
        "a bakery with a table of hours",
        {"": html("<h1>Corner Bakery</h1><p>Bread and cakes, baked by hand every night since 1987.</p><h2>Opening "
                  "hours</h2>"
                  "<table><tr><th>Monday</th><td>Closed</td></tr><tr><th>Tuesday</th><td>7:00 am – 6:00 pm</td></tr>"
                  "<tr><th>Wednesday</th><td>7:00 am – 6:00 pm</td></tr><tr><th>Thursday</th><td>7:00 am – 6:00 "
                  "pm</td></tr>"
                  "<tr><th>Friday</th><td>7:00 am – 6:00 pm</td></tr><tr><th>Saturday</th><td>7:00 am – 2:00 "
                  "pm</td></tr>"
                  "<tr><th>Sunday</th><td>8:00 am – noon</td></tr></table><h2>Where we are</h2>"
                  "<p>48 Mill Lane<br>Portland, OR 97201</p><p>Call us: (503) 555-0142</p>"
                  "<footer>© 2026 Corner Bakery. All rights reserved.</footer>", "Corner Bakery | Portland")},
        "Corner Bakery",
        ("We are open from Tuesday to Friday, from 7 a.m. to 6 p.m.", "We are open on Saturday, from 7 a.m. to 2 p.m.",
         "We are open on Sunday, from 8 a.m. to noon.", "We are closed on Monday."),
        ("Bread and cakes, baked by hand every night since 1987.",), ("rights reserved",),
        address="48 Mill Lane, Portland, OR 97201", telephone="(503) 555-0142", zone="America/Los_Angeles",
    ),
    Business(
        "a yoga studio with data for machines",
        {"": html("<h1>Welcome to Riverside Yoga</h1><p>Yoga for everyone, in the heart of Portland.</p><h2>Prices</h2>"
                  "<div>Single class</div><div>$18</div><div>Ten classes</div><div>$150</div><h2>Classes</h2>"
                  "<p>Monday 18:00 - 19:00 Vinyasa</p>", "Home - Riverside Yoga", "en-US",
                  '<script type="application/ld+json">{"@context":"https://schema.org","@type":"HealthClub","name":'
                  '"Riverside Yoga","telephone":"+1 503-555-0142","address":{"@type":"PostalAddress","streetAddress":'
                  '"48 Mill '
                  'Lane","addressLocality":"Portland","addressRegion":"OR","postalCode":"97201","addressCountry":'
                  '"US"},"openingHoursSpecification":[{"@type":"OpeningHoursSpecification","dayOfWeek":["Monday","Tuesday",'
                  '"Wednesday","Thursday","Friday"],"opens":"06:00","closes":"21:00"},{"dayOfWeek":'
                  '"https://schema.org/Saturday","opens":"08:00","closes":"12:30"}]}</script>')},
        "Riverside Yoga",
        ("We are open from Monday to Friday, from 6 a.m. to 9 p.m.", ("We are open on Saturday, from 8 a.m. to 12:30 "
                                                                     "p.m.")),
        ("Single class: $18", "Ten classes: $150", "Monday 18:00 - 19:00 Vinyasa"),
        address="48 Mill Lane, Portland, OR 97201", telephone="+1 503-555-0142", zone="America/Los_Angeles",
    ),
    Business(
        "a restaurant whose kitchen closes earlier",
        {"": html("<h1>The Copper Pot</h1><h2>Hours</h2><p>Open daily 11:30 am to 11 pm</p><h2>Kitchen hours</h2>"
                  "<p>Daily 12 pm – 9:30 pm</p><h2>Menu</h2><ul><li>Fish and chips $16</li><li>Seafood chowder "
                  "$12</li></ul>"
                  "<p>Vegetarian and gluten-free dishes are always on the menu.</p>", "The Copper Pot")},
        "The Copper Pot",
        ("We are open every day, from 11:30 a.m. to 11 p.m.", "Kitchen hours: Daily 12 pm – 9:30 pm"),
        ("Fish and chips $16", "Vegetarian and gluten-free dishes are always on the menu."), lacks=("address",
        "telephone"),
    ),
    Business(
        "a wine bar that closes behind midnight",
        {"": html("<div class=hero><h1>Cask &amp; Cork</h1></div><section><h3>Visit us</h3><p>Wed–Thu: 5pm–11pm</p>"
                  "<p>Fri &amp; Sat: 5pm–1am</p><p>Sun–Tue: closed</p><p>21 Queen Street, Brisbane QLD "
                  "4000</p></section>",
                  "Cask & Cork — wine bar", "en-AU")},
        "Cask & Cork",
        ("We are open on Wednesday and Thursday, from 5 p.m. to 11 p.m.",
         "We are open on Friday and Saturday, from 5 p.m. to 1 a.m.", "We are closed on Monday, Tuesday and Sunday."),
        address="21 Queen Street, Brisbane QLD 4000", zone="Australia/Brisbane", lacks=("telephone", "prices", "offer"),
    ),
    Business(
        "a vet with days above and times below",
        {"": html("<h1>Oakfield Veterinary Clinic</h1><p>We look after cats, dogs and small pets in Oakfield.</p>"
                  "<h2>Opening times</h2><dl><dt>Monday - Friday</dt><dd>8.00am - 7.00pm</dd><dt>Saturday</dt>"
                  "<dd>9.00am - 12.30pm</dd><dt>Sunday</dt><dd>Emergencies only</dd></dl><h2>Emergencies</h2>"
                  "<p>Out of hours call 01632 960 983.</p><h2>Fees</h2><table><tr><th>Treatment</th><th>Price</th></tr>"
                  "<tr><td>Consultation</td><td>£45</td></tr><tr><td>Microchip</td><td>£18</td></tr></table>",
                  "Oakfield Veterinary Clinic", "en-GB")},
        "Oakfield Veterinary Clinic",
        ("We are open from Monday to Friday, from 8 a.m. to 7 p.m.", ("We are open on Saturday, from 9 a.m. to 12:30 "
                                                                     "p.m."),
         "Sunday: Emergencies only"),
        ("Consultation: price £45.", "Microchip: price £18."), telephone="01632 960 983", lacks=("days", "address"),
        zone="",
    ),
    Business(
        "a plumber who never sleeps",
        {"": html("<h1>Rapid Flow Plumbing</h1><p>Open 24/7 for emergencies and repairs.</p><h2>Our services</h2><ul>"
                  "<li>Blocked drains</li><li>Burst pipes</li><li>Water heaters</li></ul><p>Call <a "
                  "href='tel:+15125550133'>"
                  "512-555-0133</a> now!</p><p>Serving Austin, TX</p>", "Rapid Flow Plumbing - Austin")},
        "Rapid Flow Plumbing",
        ("Open 24/7 for emergencies and repairs.",),
        ("Blocked drains", "Burst pipes"), telephone="512-555-0133", lacks=("address", "prices"),
    ),
    Business(
        "a hotel with questions",
        {"": html("<h1>Harbour Hotel</h1><p>Thirty rooms by the sea, five minutes from the ferry.</p><h2>Frequently "
                  "asked "
                  "questions</h2><h3>When can I check in?</h3><p>Check-in is from 3 pm to 10 pm.</p><h3>Do you allow "
                  "dogs?</h3>"
                  "<p>Dogs are welcome for $15 a night.</p><details><summary>Is breakfast included?</summary><p>Yes, "
                  "from 7 to "
                  "10 in the dining room.</p></details><p>We use cookies to make this site better.</p>",
                  "Harbour Hotel"),
         "contact": html("<h1>Contact</h1><p>Harbour Hotel</p><p>3 Pier Road, Galway, H91 AB12</p><p>Email: "
                         "desk@harbour-hotel.example</p><p>Tel: +353 91 555 0142</p><p>Fax: +353 91 555 0143</p>",
                         "Contact | Harbour Hotel")},
        "Harbour Hotel", (),
        ("When can I check in? → Check-in is from 3 pm to 10 pm.", ("Do you allow dogs? → Dogs are welcome for $15 a "
                                                                   "night."),
         "Is breakfast included? → Yes, from 7 to 10 in the dining room."), ("cookies", "0143"),
        address="3 Pier Road, Galway, H91 AB12", telephone="+353 91 555 0142", email="desk@harbour-hotel.example",
        zone="Europe/Dublin", lacks=("hours",),
    ),
    Business(
        "a bookshop with microdata",
        {"": html("<div itemscope itemtype='https://schema.org/BookStore'><h1 itemprop='name'>Second Chapter Books</h1>"
                  "<p itemprop='description'>New and used books, with a reading corner for children and good "
                  "coffee.</p>"
                  "<div itemprop='address' itemscope itemtype='https://schema.org/PostalAddress'><span "
                  "itemprop='streetAddress'>"
                  "5 King Street</span> <span itemprop='addressLocality'>Bristol</span> <span "
                  "itemprop='postalCode'>BS1 4EF"
                  "</span></div><meta itemprop='openingHours' content='Mo-Sa 10:00-18:00'><meta "
                  "itemprop='openingHours' "
                  "content='Su 11:00-16:00'><a itemprop='telephone' href='tel:01174960155'>0117 496 0155</a></div>",
                  "Second Chapter Books")},
        "Second Chapter Books",
        ("We are open from Monday to Saturday, from 10 a.m. to 6 p.m.",
        "We are open on Sunday, from 11 a.m. to 4 p.m."),
        address="5 King Street, Bristol, BS1 4EF", telephone="0117 496 0155", zone="Europe/London", lacks=("prices",),
    ),
    Business(
        "a gym whose pages say two things",
        {"": html("<h1>Iron Works Gym</h1><h2>Opening hours</h2><p>Mon-Fri 6am-10pm</p><p>Sat-Sun 8am-6pm</p>"
                  "<p>Day pass: $12</p>", "Iron Works Gym"),
         "contact": html("<h1>Contact us</h1><p>Mon-Fri 6am-9pm</p><p>Sat-Sun 8am-6pm</p><p>Phone 303-555-0166</p>",
                         "Contact - Iron Works Gym")},
        "Iron Works Gym",
        ("We are open from Monday to Friday, from 6 a.m. to 10 p.m.",
         "We are open on Saturday and Sunday, from 8 a.m. to 6 p.m."),
        ("Day pass: $12",), telephone="303-555-0166", lacks=("address",), notices=("hours.differ",),
    ),
    Business(
        "a museum with two houses",
        {"": html("<h1>Town Museums</h1><h2>Old Mill – opening hours</h2><p>Tuesday to Sunday 10am to 5pm</p>"
                  "<h2>Harbour House – opening hours</h2><p>Tuesday to Sunday 12pm to 6pm</p><h2>Admission prices</h2>"
                  "<p>Adults £6, children under 12 free.</p>", "Town Museums")},
        "Town Museums",
        ("Old Mill – opening hours: Tuesday to Sunday 10am to 5pm", ("Harbour House – opening hours: Tuesday to Sunday "
                                                                    "12pm to 6pm")),
        ("Adults £6, children under 12 free.",), lacks=("address", "telephone"),
    ),
    Business(
        "a dentist with a lunch break in two lines",
        {"": html("<h1>Brightside Dental</h1><p>Gentle dentistry for the whole family in Mill Road.</p><h2>Surgery "
                  "hours</h2>"
                  "<p>Monday to Friday 8:30 – 12:30</p><p>Monday to Friday 13:30 – 17:00</p><p>Closed on bank "
                  "holidays</p>"
                  "<h2>Your first visit</h2><p>Please come ten minutes early and bring your insurance card.</p>"
                  "<h2>What our patients say</h2><p>The best dentist I have ever been to, five stars!</p>",
                  "Brightside Dental | Family dentist")},
        "Brightside Dental",
        ("We are open from Monday to Friday, from 8:30 a.m. to 12:30 p.m. and from 1:30 p.m. to 5 p.m.",
         "We are closed on public holidays."),
        ("Please come ten minutes early and bring your insurance card.",), ("five stars",), lacks=("days", "address",
        "telephone", "prices"),
    ),
    Business(
        "a bicycle hire made of boxes",
        {"": html("<header><a href='/'>Home</a> <a href='/rates'>Rates</a></header><div><div>Canal "
                  "Cycles</div></div><div><h2>Hire "
                  "rates</h2><div class=card><p>City bike</p><p>£18 per day</p></div><div class=card><p>Electric "
                  "bike</p><p>£40 "
                  "per day</p></div></div><div><h2>Find us</h2><p>Open every day from 9am to 6pm, April to October.</p>"
                  "<p>Towpath Yard, Bath</p><p>Ring 01225 496 099</p></div>", "Canal Cycles", "en-GB"),},
        "Canal Cycles",
        ("Open every day from 9am to 6pm, April to October.",),
        ("City bike: £18 per day", "Electric bike: £40 per day", "Towpath Yard, Bath"), ("Home",),
        telephone="01225 496 099", lacks=("address",),
    ),
    Business(
        "a tailor with a parted page of prices",
        {"": html("<h1>Stitch &amp; Co</h1><p>Alterations and repairs while you wait or by the next day.</p>",
        "Stitch & Co"),
         "prices": html("<h1>Prices</h1><table><tr><td>Trousers shortened</td><td>$14</td></tr><tr><td>Zip "
                        "replaced</td><td>$22"
                        "</td></tr></table>", "Prices | Stitch & Co"),
         "contact": html("<h1>Visit us</h1><p>M-F 9-5</p><p>Monday: 9:00-17:00<br>Tuesday: 9:00-17:00<br>Wednesday: "
                         "9:00-17:00<br>"
                         "Thursday: 9:00-17:00<br>Friday: 9:00-17:00<br>Saturday: by appointment<br>Sunday: closed</p>"
                         "<p>200 Pine St, Suite 4, Denver, CO 80203</p>", "Visit | Stitch & Co")},
        "Stitch & Co", (WEEK, SUNDAY, "Saturday: by appointment"),
        ("Trousers shortened: $14", "Zip replaced: $22"), address="200 Pine St, Suite 4, Denver, CO 80203",
        zone="America/Denver", lacks=("telephone",),
    ),
    Business(
        "a campsite by the words alone",
        {"": html("<p>Lakeside Camping</p><p>Pitches for tents cost 20 euros a night, with electricity 26 "
                  "euros.</p><p>Reception is "
                  "open from 8 to 12 and from 3 to 7.</p><p>Dogs are allowed on a lead.</p>", "Lakeside Camping")},
        "Lakeside Camping", (),
        ("Pitches for tents cost 20 euros a night, with electricity 26 euros.", "Dogs are allowed on a lead.",
         "Reception is open from 8 to 12 and from 3 to 7."), lacks=("hours", "address", "telephone"),
    ),
    Business(
        "a car wash with questions as data",
        {"": html("<h1>Sparkle Car Wash</h1><p>Open 7 days a week 8am-8pm</p>", "Sparkle Car Wash", head=
                  '<script type="application/ld+json">{"@type":"FAQPage","mainEntity":[{"@type":"Question","name":"Do '
                  'I need to '
                  'book?","acceptedAnswer":{"@type":"Answer","text":"<p>No, just <b>drive in</b>.</p>"}}]}</script>')},
        "Sparkle Car Wash", ("We are open every day, from 8 a.m. to 8 p.m.",),
        ("Do I need to book? → No, just drive in .",), lacks=("address", "telephone", "prices"),
    ),
)  # fmt: skip
