# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: E501 -- each word stands on a line of its own, however long
"""The words that a routine file may use. Another word is refused; a new word needs a change of the program."""

from __future__ import annotations

from troskel.routine import bases
from troskel.routine.model import LocalizedText


def _words(text: str) -> dict[str, LocalizedText]:
    """A table `name | svenska | English`, a line each."""
    rows = [[cell.strip() for cell in row.split("|")] for row in text.strip().splitlines()]
    return {name: LocalizedText(sv, en) for name, sv, en in rows}


EVENTS = _words("""
engine.changed | en annan version av programmet bedömer uppgifter från och med nu | another version of the program judges duties from now on
routine.in_force | en version av rutinen börjar gälla | a version of the routine comes into force
day.turned | ett nytt dygn börjar | a new day begins
day.confirmed | en människa har sagt vilken dag det är | a person has said which day it is
days.taken_back | dygn som inte har varit tas tillbaka | days that have not been are taken back
municipality.founded | kommunen läggs upp | the municipality is founded
municipality.changed | kommunens namn eller avsändare ändras | the municipality's name or sender changes
take_over.began | övertagandet börjar | the take-over begins
homes.taken_over | bostäder är övertagna | homes are taken over
take_over.finished | övertagandet är klart | the take-over is finished
night.imported | verksamhetssystemets filer för en natt har lästs in | the case system's files of a night have been taken in
night.answered | en natt som stannat har släppts eller avvisats | a night that stopped has been released or rejected
organisation.registered | en organisation läggs upp | an organisation is registered
organisation.changed | en organisations uppgifter ändras | an organisation's details change
organisation.closed | en organisation stängs | an organisation closes
organisation.reopened | en organisation öppnas igen | an organisation is opened again
token.issued | ett konto får en nyckel till gränssnittet | an account gets a token for the interface
token.revoked | en nyckel till gränssnittet spärras | a token for the interface is revoked
account.registered | ett konto läggs upp | an account is registered
account.changed | ett konto ändras | an account is changed
account.placed | ett konto placeras i en enhet eller ett område | an account is placed in a unit or an area
account.closed | ett konto stängs: personen har slutat | an account is closed: the person has left
account.reopened | ett konto öppnas igen | an account is opened again
session.began | en person loggar in | a person signs in
session.ended | en person loggas ut | a person is signed out
sign_in.refused | en inloggning nekas | a sign-in is refused
enrolment.issued | en person får en engångslänk för att logga in | a person gets a link, to be used once, to sign in
login.connected | ett konto får en inloggning | an account gets a login
passkey.added | en passnyckel läggs till | a passkey is added
passkey.removed | en passnyckel tas bort | a passkey is removed
log_review.drawn | urvalet av en månads läsningar dras | the sample of a month's reads is drawn
read.judged | en läsning bedöms av någon annan än den som läste | a read is judged by somebody else than the reader
log_review.done | en månads läsningar är granskade | a month's reads are reviewed
things.registered | saker tas in i lager | things are taken into stock
home.registered | en bostad läggs upp | a home is registered
door.registered | en dörr läggs upp för sina bostäder | a door is registered for the homes it serves
client.registered | en kund läggs upp | a client is registered
client.changed | kundens uppgifter ändras | the client's details change
clients.merged | två poster visar sig vara samma person och slås ihop | two entries turn out to be one person and are merged
client.moved | kunden flyttar till en annan bostad | the client moves to another home
client.moved_to_special_housing | kunden flyttar till särskilt boende | the client moves to special housing
move.planned | en flytt är känd i förväg | a move is known beforehand
move.called_off | en planerad flytt blir inte av | a planned move does not take place
client.municipality_changed | kunden blir kommunens egen, eller en annan kommuns | the client becomes the municipality's own, or another's
representative.named | kunden får en företrädare | the client gets a representative
representative.left | någon är inte längre kundens företrädare | somebody represents the client no longer
client.assigned | kunden får en ansvarig handläggare | the client gets a responsible assessor
client.placed | en utförare placerar kunden i ett av sina områden, eller i inget | a provider places the client in an area of its own, or in none
client.entrusted | någon får se en skyddad kunds namn och adress | somebody may see a protected client's name and address
client.entrusted_no_more | någon får inte längre se en skyddad kunds namn och adress | somebody may no longer see a protected client's name and address
consent.given | fastighetsägaren går med på ett låsvred på dörren | the property owner consents to a lock turner at the door
consent.withdrawn | fastighetsägaren tar tillbaka sitt medgivande | the property owner takes the consent back
client.died | kunden har avlidit | the client has died
home.corrected | bostadens adress rättas, ingen flyttar | the home's address is corrected, nobody moves
sharing.proposed | några kan dela bostad, ingen har sagt det än | some may share a home, nobody has said so yet
sharing.confirmed | någon har sagt vilka som delar bostad | someone has said who shares the home
investigation.started | en utredning inleds | an investigation is started
investigation.finished | en utredning blir klar | an investigation is finished
decision.made | ett beslut fattas | a decision is made
decision.changed | ett beslut får andra dagar | a decision gets other days
decision.ended | ett beslut avslutas | a decision is ended
decision.withdrawn | ett beslut tas tillbaka | a decision is withdrawn
ending.confirmed | handläggaren bekräftar att insatsen har upphört | the assessor confirms that the care has ended
allocation.made | ett beslut fördelas till en utförare | a decision is allocated to a provider
allocation.changed | en fördelning får andra dagar | an allocation gets other days
allocation.ended | en fördelning avslutas | an allocation is ended
allocation.withdrawn | en fördelning tas tillbaka | an allocation is withdrawn
suspension.began | kunden är på sjukhus eller bortrest | the client is in hospital or away
suspension.ended | kunden är hemma igen | the client is home again
client.informed | kunden informeras, muntligt eller skriftligt | the client is informed, orally or in writing
client.told_about_keys | kunden får veta vilka nycklar som ska lämnas | the client is told which keys to leave
client.understood | kunden har förstått att låsvred monteras | the client has understood that a lock turner is to be mounted
client.refused | kunden vill inte ha låsvred eller har inte förstått | the client refuses or has not understood
information.taken_back | det rättas vad kunden har fått veta eller sagt | it is corrected what the client has been told or has said
client.refusal_confirmed | handläggaren bekräftar att kunden inte vill ha låsvred | the assessor confirms that the client wants no lock turner
access_note.written | portkod och väg in skrivs in | door code and way in are written down
access_note.removed | portkod och väg in tas bort | door code and way in are removed
way_in.decided | handläggaren bestämmer hur personalen kommer in utan låsvred | the assessor decides how staff get in without a lock turner
installation.ordered | montering beställs | an installation is ordered
removal.ordered | nedmontering beställs | a removal is ordered
repair.ordered | reparation av ett låsvred beställs | the repair of a lock turner is ordered
order.booked | en tid bokas | a time is booked
order.unbooked | en bokning tas bort, den gäller inte | a booking is taken away, it does not hold
order.taken_over | en annan organisation tar över en beställning | another organisation takes an order over
order.failed | låssmeden kunde inte göra jobbet | the locksmith could not do the work
order.cancelled | en beställning avbeställs | an order is cancelled
installation.reported | låsvredet är monterat | the lock turner is mounted
removal.reported | låsvredet är nedmonterat | the lock turner is taken down
repair.reported | låsvredet är lagat eller utbytt | the lock turner is mended or replaced
report.taken_back | en rapport om montering eller nedmontering tas tillbaka | a report of an installation or a removal is taken back
lock.corrected | det rättas vilket låsvred som sitter vid en dörr | it is corrected which lock turner is at a door
lock.fault_told | ett fel på ett låsvred blir känt | a fault of a lock turner becomes known
link.made | kunden kopplas till låset | the client is linked to the lock
link.removed | kopplingen tas bort | the link is removed
tag.handed_over | en kvittensprodukt lämnas över | a receipt tag is handed over
key.handed_over | en nyckel lämnas över | a key is handed over
tag.corrected | det rättas var en kvittensprodukt finns | it is corrected where a tag is
key.misplaced | en nyckel har lämnats till fel person | a key has been given to the wrong person
key.retrieved | en nyckel är inte längre hos fel person | a key is no longer with the wrong person
key.corrected | det rättas var en nyckel finns, eller vad den går till | it is corrected where a key is, or what it opens
things.corrected | det rättas var en sak ur lager finns | it is corrected where a thing in stock is
tag.offered | en kvittensprodukt erbjuds en annan utförare | a tag is offered to another provider
key.offered | en nyckel erbjuds en annan utförare | a key is offered to another provider
things.offered | saker ur lager erbjuds en annan organisation | things in stock are offered to another organisation
things.moved | saker ur lager tas emot av en annan organisation | things in stock are received by another organisation
offer.withdrawn | ett erbjudande om saker tas tillbaka | an offer of things is taken back
tag.lost | en kvittensprodukt är borta | a tag is lost
key.lost | en nyckel är borta | a key is lost
lock.lost | ett låsvred ur lager är borta | a lock turner in stock is lost
thing.found | en borttappad sak är återfunnen | a lost thing is found
stock.counted | ett lager är räknat | a stock has been counted
tag.return_told | utföraren meddelar att kvittensprodukten är hämtad | the provider tells that the tag is fetched
month.billed | månaden är fakturerad för en kund från en annan kommun | the month is billed for a client of another municipality
basis_form.made | en underlagsblankett görs | a basis form is made
basis_form.signed | underlagsblanketten signeras | the basis form is signed
basis_form.sent | underlagsblanketten skickas till socialkontoret | the basis form is sent to the social office
basis_form.received | socialkontoret har tagit emot underlagsblanketten | the social office has received the basis form
letter.sent | ett brev till kunden skickas | a letter to the client is sent
visit.registered | ett besök registreras | a visit is registered
visit.corrected | ett besök rättas: andra tider, eller inte gjort | a visit is corrected: other times, or not made
visit.departed | ett besök avslutas | a visit ends
visit.left_open | ett besök blir utan slut: nästa har börjat | a visit is left without an end: the next has begun
door.unanswered | ett steg antecknas när ingen öppnar | a step is noted where nobody opens
phone.event_refused | något som en telefon har antecknat nekas | something that a phone has noted is refused
phone.event_contested | någon säger emot att telefonens händelse nekades | somebody contests that a phone's event was refused
phone.event_settled | samordnaren svarar om telefonens händelse | the coordinator answers about a phone's event
opening.allowed | telefonen får öppna dörren | the phone may open the door
door.opened | en dörr öppnas | a door is opened
opening.failed | dörren öppnades inte, eller ingen vet | the door was not opened, or nobody knows
tag.key_enrolled | en kvittensprodukts nyckel är inskriven | a receipt tag's key is enrolled
lock.key_enrolled | ett låsvreds nyckel är inskriven | a lock turner's key is enrolled
phone.enrolled | en telefons nyckel är inskriven | a phone's key is enrolled
phone.lost | en telefon är borta | a phone is lost
grants.issued | en telefon får dagens nycklar med sig | a phone takes the day's grants with it
lock.log_gap | i låsets logg saknas rader | lines are missing in the lock's log
lock.log_broken | låsets logg säger emot sig själv | the lock's log contradicts itself
alarm.raised | en kund larmar | a client raises the alarm
alarm.ranked | någon säger hur bråttom ett larm är | somebody says how urgent an alarm is
alarm.accepted | någon i larmpatrullen tar larmet | a responder accepts the alarm
alarm.closed | larmet är avslutat | the alarm is closed
brief_sight.taken | någon utan insyn ser en kund en kort tid | somebody without sight sees a client for a short time
brief_sight.reviewed | en kort insyn är granskad | a brief sight is reviewed
routine.proposed | en ny version av rutinen föreslås | a new version of the routine is proposed
routine.withdrawn | ett förslag till rutin tas tillbaka | a proposed version of the routine is withdrawn
absence.covered | någon får en ersättare medan hen är borta | somebody gets a stand-in while away
absence.covered_no_more | ersättaren behövs inte längre | the stand-in is needed no more
deputy.named | någon blir ställföreträdare | somebody is named deputy
deputy.dismissed | någon är inte längre ställföreträdare | somebody is no longer deputy
duty.assigned | en uppgift får en person som svarar för den | a duty gets a person who answers for it
duty.released | en uppgift är åter allas i organisationen | a duty is again everybody's in the organisation
email.sent_again | ett e-brev som inte gick fram skickas igen | an e-mail that was given up is sent again
duty.attested | en uppgift intygas för hand | a duty is attested by hand
notice.read | ett meddelande är läst | a notice is read
home.looked_at | någon har sett efter vad som sitter på dörrarna | someone has looked what is at the doors
lock.taken_over | ett lås från tiden före övertagandet | a lock from before the take-over
key.taken_over | en nyckel från tiden före övertagandet | a key from before the take-over
tag.taken_over | en kvittensprodukt från tiden före övertagandet | a tag from before the take-over
home.unknown | det är okänt vad som sitter på dörrarna | what is at the doors is unknown
details.blanked | uppgifter vars tid är ute gallras | data whose time is out are blanked
file.held | en akt undantas från gallring tills vidare | a file is kept from retention until further notice
file.released | en akt undantas inte längre från gallring | a file is no longer kept from retention
""")

DERIVED = _words("""
care.began | en utförares insats börjar | a provider's care begins
care.ended | en utförares insats har upphört | a provider's care has ended
service.ending_known | det blir känt att insatsen upphör | it becomes known that the service ends
client.left | kunden har varken hemtjänst eller trygghetslarm kvar | the client has neither home care nor alarm left
door.left | ingen kund bakom dörren har insats kvar | nobody behind the door has care left
provider.left | utföraren har inte längre kunden | the provider no longer has the client
provider.changed | en ny utförare tar över efter en annan | a new provider follows another
decision.ending | ett beslut tar snart slut | a decision is about to end
gap.ahead | en utförare förlorar snart, eller har förlorat, kunden, eller ingen har en beslutad insats | a provider soon loses, or has lost, the client, or nobody has a service that is decided
month.ended | en månad är slut för en kund som en annan kommun har anvisat | a month has ended for a client assigned by another municipality
first.visit | utförarens första besök blir känt | the provider's first visit becomes known
client.silent | ingen har besökt kunden på längre tid än vanligt | nobody has visited the client for longer than usual
lock.taken_down | låsvredet på kundens dörr tas ner | the lock turner at the client's door is taken down
lock.mounted | ett låsvred monteras, eller ett annat sätts upp vid en reparation | a lock turner is mounted, or a repair puts another in its place
""")

ROUTINE_EVENTS = EVENTS | DERIVED

MARKS = _words("""
lock.needed | fast någon i bostaden behövde låsvredet | though somebody behind the door needed the lock turner
lock.not_in_stock | fast låsvredet inte fanns i låssmedens lager | though the lock turner was not in the locksmith's stock
lock.not_at_door | fast ett annat låsvred skulle sitta vid dörren | though another lock turner should be at the door
lock.not_found | fast låsvredets nummer var okänt | though the lock turner's number was unknown
lock.still_linked | fast låsvredet var kopplat till en kund | though the lock turner was linked to a client
client.gets_no_lock_or_tag | fast kunden är en annan kommuns | though the client is another municipality's
order.not_open | fast beställningen inte var öppen | though the order was not open
key.other_door | fast nyckeln går till en annan dörr | though the key opens another door
key.opens_no_door | fast nyckeln inte går till någon av kundens dörrar | though the key opens none of the client's doors
visit.not_allocated | fast inget beslut var fördelat till utföraren den dagen | though no decision was allocated to the provider that day
routine.refuted | fast prövningen hittade motexempel | though the proof found counterexamples
occurred.far_back | fast det är länge sedan | though it was long ago
""")
"""What a report may be marked with: the codes of refusals that asked, and were answered that it has been done."""

MARKED: dict[str, tuple[str, ...]] = {
    "installation.reported": (
        "client.gets_no_lock_or_tag",
        "lock.not_found",
        "lock.not_in_stock",
        "lock.still_linked",
        "order.not_open",
    ),
    "repair.reported": ("lock.not_found", "lock.not_in_stock", "lock.still_linked", "order.not_open"),
    "key.handed_over": ("key.label_tells", "key.opens_no_door", "key.other_door"),
    "lock.corrected": ("lock.not_found", "lock.not_in_stock"),
    "visit.registered": ("visit.not_allocated",),
    "removal.reported": ("lock.needed", "lock.not_at_door", "lock.not_found", "order.not_open"),
    "routine.in_force": ("routine.refuted",),
}
"""The marks that lines of an event may have. A file names a marked event as "removal.reported:lock.needed"."""

OF_A_DUTY = ("duty.attested", "duty.assigned", "duty.released", "notice.read")
"""Events about one duty or notice. A file says which: "duty.attested:P4.be_present"."""

NOTICED = frozenset({"decision.ending", "gap.ahead"})
"""Events that come `notice_days` before their day."""

SILENT = "client.silent"
"""The event that comes after the days without a visit that `silence` says."""

CONDITIONS = _words("""
new_client | kunden är ny: insatsen börjar efter övertagandet, och ingen utförare har den sedan tidigare | the client is new: care begins after the take-over, and no provider has had it before
to_be_told | kunden har inte fått veta om låset sedan insatsen började, det förra låset togs ner eller kunden blev kommunens egen | the client has not been told about the lock since care began, the last lock came down or the client became the municipality's own
own_client | kunden är kommunens egen | the client is the municipality's own
other_municipality | kunden är anvisad av en annan kommun | the client is assigned by another municipality
has_care | kunden lever och har ett beslut som gäller i dag eller senare | the client is alive and has a decision that covers today or later
absence_ahead | kunden är, eller ska vara, på sjukhus eller bortrest | the client is in hospital or away, or will be
client_leaves | kunden har slutat, eller gör det i dag | the client has left, or leaves today
client_left | kunden har varken hemtjänst eller larm kvar, och det är bekräftat | the client has neither home care nor alarm left, and it is confirmed
refused | kunden har sagt nej eller inte förstått | the client has refused or not understood
way_in_decided | det är bestämt hur personalen kommer in utan låsvred | it is decided how staff get in without a lock turner
lock_unwanted | kunden vill inte ha låsvred, och handläggaren har bekräftat det | the client wants no lock turner, and the assessor has confirmed it
understood | kunden har förstått | the client has understood
informed_orally | kunden är muntligt informerad | the client is informed orally
informed_in_writing | kunden är skriftligt informerad | the client is informed in writing
told_about_keys | kunden vet vilka nycklar som ska lämnas | the client knows which keys to leave
decision_allocated | beslutet är fördelat till en utförare | the decision is allocated to a provider
next_day_decided | dagen efter beslutets slut har ett beslut, eller insatsen har börjat igen efter ett glapp | a decision covers the day after the end, or care has begun again after a gap
next_day_allocated | glappet är borta: insatsen är fördelad från dagen efter, eller har börjat igen | the gap is gone: the service is allocated from the day after, or has begun again
followed_up | ett beslut gäller dagen efter, eller en utredning är klar | a decision covers the day after, or an investigation is finished
gap_remains | glappet är kvar: det kommer eller pågår | the gap remains: it is ahead or going on
allocation_awaited | beslutet gjordes för en ny kund, och ingen utförare har det | the decision was made for a new client, and no provider has it
ending_confirmed | det är bekräftat att insatsen upphör | it is confirmed that the care ends
ends_otherwise | beslutet slutar numera tidigare | the decision now ends earlier
home_care_is_ending | det är hemtjänsten som upphör | it is the home care that ends
alarm_remains | trygghetslarmet finns kvar längre än hemtjänsten | the safety alarm stays longer than the home care
nothing_remains | allt som kunden har haft upphör | everything the client has had ends
has_provider | någon utförare har en kund bakom dörren | some provider has a client behind the door
decision_over | beslutet är slut eller taget tillbaka | the decision is over or taken back
lock_can_be_ordered | någon utförare har en kund bakom dörren som inte har sagt nej | some provider has a client behind the door who has not refused
provider_serves | utföraren har kunden, nu eller snart | the provider has the client, now or soon
provider_serves_home | utföraren har någon kund i bostaden | the provider has some client in the home
provider_left | utföraren har inte längre kunden | the provider no longer has the client
provider_in_gap | utföraren har bara förlorat kunden ett tag: ingen har sagt att det är slut (A8) | the provider has only lost the client for a while: nobody has said that it is over (A8)
only_answers_alarms | utföraren svarar bara på kundens larm | the provider only answers the client's alarms
provider_stays | utföraren har kunden även efter i dag, och ingen har sagt att det tar slut | the provider has the client after today too, and nobody has said that it ends
provider_orders | det är utföraren som ska beställa lås till någon dörr | the provider is the one to order a lock for some door
follows_another | utföraren kommer fortfarande efter den förra, de dagar som sades | the provider still follows the former one, on the days that were told
followed_by_another | en annan utförare kommer efter | another provider follows
goes_on_without | insatsen som utföraren hade är kvar | the care that the provider had goes on
provider_had_month | utföraren hade kundens hemtjänst någon dag i månaden, medan kunden var en annan kommuns | the provider had the client's home care on some day of the month, while the client was another municipality's
provider_visits | utföraren har kundens hemtjänst den dagen | the provider has the client's home care on that day
visited_since | någon har besökt kunden sedan dess | somebody has visited the client since then
away | kunden är på sjukhus eller bortrest den dagen | the client is in hospital or away on that day
lives_here | kunden lever och har inte flyttat från bostaden | the client is alive and has not moved from the home
keys_to_return | utföraren har nycklar till en dörr i bostaden, men ingen kund bakom den | the provider holds keys to a door of the home, and has no client behind it
provider_holds_keys | utföraren har nycklar till bostaden | the provider holds keys to the home
provider_has_every_key | utföraren har en nyckel till varje dörr | the provider holds a key to every door
tag_with_client | utförarens kvittensprodukt finns hos kunden | the provider's tag is with the client
tag_came_from_client | kvittensprodukten kommer från kunden | the tag came from the client
lock_at_door | ett låsvred sitter på dörren | a lock turner is at the door
that_lock_at_door | just det låsvred som det gäller sitter på dörren | the very lock turner that it is about is at the door
installation_ordered | montering är beställd men inte gjord | an installation is ordered and not done
removal_ordered | nedmontering är beställd men inte gjord | a removal is ordered and not done
repair_ordered | reparation är beställd men inte gjord | a repair is ordered and not done
lock_faulty | låsvredet har ett fel | the lock turner has a fault
consent_missing | fastighetsägaren har inte gått med på ett låsvred på porten eller grinden | the property owner has not consented to a lock turner at the entrance or gate
door_without_lock | någon dörr i bostaden kan inte få låsvred | some door of the home can't have a lock turner
cannot_be_fitted | låsvred går inte att montera på dörren | no lock turner can be fitted to the door
lock_in_use | kunden är kopplad till ett lås som sitter på en dörr i bostaden | the client is linked to a lock that is at a door of the home
linked | kunden är kopplad till låset | the client is linked to the lock
client_left_the_door | någon av kommunens kunder bakom dörren har slutat | some own client behind the door has left
care_behind_door | någon av kommunens kunder bakom dörren har insats kvar | some own client behind the door has care left
lock_wanted | någon av kommunens kunder bakom dörren har insats kvar och har inte sagt nej | some own client behind the door has care left and has not refused
others_behind_door | någon annan kund bakom dörren har insats kvar | another client behind the door has care left
carer_must_be_present | omvårdnadspersonal ska vara med | a carer must be present
account_left_something | den som slutade hade saker, skyddade kunder eller var ersättare | the person who left had things, protected clients, or was a deputy
home_unknown | ingen vet vad som sitter på dörrarna | nobody knows what is at the doors
""")

ASSIGNEES = _words("""
assessor | biståndshandläggaren | the assessor
administrator | systemförvaltaren | the system administrator
economist | ekonomen vid socialkontoret | the economist at the social office
locksmith | låssmeden som fått beställningen | the locksmith who has the order
organisation | organisationen där personen arbetade; finns ingen kvar, systemförvaltaren | the organisation where the person worked; where nobody is left, the system administrator
provider | utföraren det gäller | the provider it is about
former_provider | den tidigare utföraren | the former provider
ordering_provider | utföraren som beställde, eller den som nu har kunden | the provider who ordered, or who has the client now
every_provider | varje utförare som har kunden (bara e-post) | each provider that has the client (e-mail only)
lead_provider | hemtjänstutföraren som fick kunden först, annars den som svarar på larmet | the home-care provider allocated first, else the one who answers the alarm
last_provider | den utförare vars insats slutade sist | the provider whose care ended last
""")

SUBJECTS = _words("""
home | varje bostad | each home
account | varje konto | each account
client | varje kund | each client
decision | varje beslut | each decision
ending | varje slut på ett beslut | each ending of a decision
gap | varje glapp hos en utförare | each gap of a provider
order | varje beställning | each order
tag | varje kvittensprodukt | each tag
key | varje nyckel | each key
client_behind_door | varje kund bakom dörren | each client behind the door
provider | varje utförare | each provider
provider_and_home | varje utförare i bostaden | each provider in the home
provider_and_month | varje utförare och månad | each provider and month
basis_form | varje underlagsblankett | each basis form
ending_provider | varje utförare som har insatsen till slutet | each provider that has the service to its end
last_provider | varje utförare som har kunden till sista dagen | each provider that has the client to the last day
provider_with_tag | varje utförare som har en kvittensprodukt hos kunden | each provider with a tag at the client
door | varje dörr | each door
client_and_lock | varje kund och lås | each client and lock
link | varje koppling | each link
""")

BASES = {name: base.words for name, base in bases.BASES.items()}

KINDS = _words("""
duty | uppgift | duty
notice | meddelande | notice
email | e-post | e-mail
""")

ROLES = _words("""
assessor | biståndshandläggare | assessor
provider | hemtjänstutförare | home-care provider
administrator | systemförvaltare | system administrator
locksmith | låssmed | locksmith
all | alla | all
""")
