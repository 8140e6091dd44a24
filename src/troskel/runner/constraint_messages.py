# SPDX-License-Identifier: EUPL-1.2
"""Refusals for broken database constraints, which catch two acts that run at once and both pass the rules."""

from __future__ import annotations

from django.db import IntegrityError

from troskel.ground.refusals import Refusal
from troskel.ground.texts import _

MESSAGES: dict[str, tuple[str, str, str]] = {
    "one_enrolment_at_a_time": (
        "D",
        "enrolment.just_issued",
        _("Någon annan har just gett personen en länk. Försök igen."),
    ),
    "one_session_per_proof": (
        "rule 6",
        "session.proof_used",
        _("Inloggningen har redan använts. Logga in igen."),
    ),
    "one_passkey_per_credential": (
        "D",
        "passkey.already_added",
        _("Passnyckeln finns redan. Använd den, eller välj en annan."),
    ),
    "one_login_per_person": ("D", "login.just_made", _("Personen loggar just in. Försök igen.")),
    "one_open_order_per_door_and_kind": (
        "P1",
        "order.already_open",
        _("Dörren har redan en öppen beställning av det slaget. Den måste först utföras eller avbeställas."),
    ),
    "one_holder_per_thing": (
        "rule 5",
        "thing.just_handed_over",
        _("Någon annan har just lämnat över saken. Titta igen."),
    ),
    "holdings_in_sequence": (
        "rule 5",
        "thing.just_handed_over",
        _("Någon annan har just lämnat över saken. Titta igen."),
    ),
    "one_open_link_per_lock_and_client": (
        "rule 2",
        "link.already_there",
        _("Kunden är redan kopplad till låsvredet."),
    ),
    "one_standing_booking_per_order": (
        "L1",
        "booking.just_made",
        _("Någon annan har just bokat beställningen. Titta igen."),
    ),
    "one_thing_per_number": (
        "rule 5",
        "thing.already_registered",
        _("Det finns redan en sådan sak med det numret."),
    ),
    "one_key_per_tag": (
        "rule 5",
        "tag.key_just_enrolled",
        _("Någon annan har just skrivit in kvittensproduktens nyckel. Titta igen."),
    ),
    "one_tag_per_chip": (
        "rule 5",
        "tag.key_just_enrolled",
        _("Någon annan har just skrivit in kvittensproduktens nyckel. Titta igen."),
    ),
    "one_key_per_lock": (
        "P1",
        "lock.key_just_enrolled",
        _("Någon annan har just skrivit in låsvredets nyckel. Titta igen."),
    ),
    "one_lock_per_door_number": (
        "P1",
        "lock.number_taken",
        _("Ett annat låsvred är inskrivet med det numret. Läs numret på låset igen."),
    ),
    "a_lock_key_is_enrolled_once": (
        "P1",
        "lock.key_taken",
        _(
            "Nyckeln har redan skrivits in, för det här låsvredet eller ett annat. Låt låset göra en ny nyckel."
        ),
    ),
    "one_client_per_reference": (
        "A4",
        "client.already_registered",
        _("En kund med den beteckningen finns redan."),
    ),
    "one_client_per_case_number": ("A4", "client.number_taken", _("Ärendenumret är taget. Försök igen.")),
    "one_decision_per_reference": (
        "A4",
        "decision.already_registered",
        _("Ett beslut med den beteckningen finns redan."),
    ),
    "one_investigation_per_reference": (
        "A8",
        "investigation.already_begun",
        _("En utredning med den beteckningen har redan börjat."),
    ),
    "one_allocation_per_reference": (
        "A4",
        "allocation.already_registered",
        _("En fördelning med den beteckningen finns redan."),
    ),
    "one_organisation_per_orgnr": (
        "A4",
        "organisation.already_registered",
        _("En organisation med det numret finns redan."),
    ),
    "one_home_per_address": (
        "rule 1",
        "home.just_registered",
        _("Någon annan har just lagt upp bostaden. Försök igen."),
    ),
    "one_home_at_a_time": (
        "rule 1",
        "client.just_moved",
        _("Någon annan har just flyttat kunden. Titta igen."),
    ),
    "one_planned_move_at_a_time": (
        "rule 6",
        "move.already_planned",
        _("Kunden har redan en planerad flytt. Ställ in den först."),
    ),
    "merged_into_one_that_remains": (
        "rule 6",
        "clients.just_merged",
        _("Någon annan har just slagit ihop posterna. Titta igen."),
    ),
    "one_identifier_at_a_time": (
        "A4",
        "identity.just_changed",
        _("Någon annan har just ändrat personnumret. Titta igen."),
    ),
    "one_way_per_home_and_door": ("rule 1", "door.already_in_home", _("Dörren hör redan till bostaden.")),
    "one_lock_per_door": ("rule 2", "lock.already_at_door", _("Det sitter redan ett låsvred vid dörren.")),
    "one_standing_offer_per_thing": (
        "rule 5",
        "thing.already_offered",
        _("Saken är redan erbjuden till någon. Ta tillbaka det erbjudandet först."),
    ),
    "one_standing_consent_per_door": (
        "P1",
        "consent.already_given",
        _("Ägarens medgivande är redan inskrivet. Titta igen."),
    ),
    "entrusted_once_at_a_time": (
        "rule 7",
        "client.already_entrusted",
        _("Personen får redan se kundens skyddade uppgifter."),
    ),
    "one_open_suspension_per_first_day": (
        "A8",
        "client.already_away",
        _("Kunden är redan inskriven som borta. Skriv först vilken dag kunden kom hem."),
    ),
    "no_tag_for_another_municipality": (
        "O1",
        "client.gets_no_tag",
        _("Kunden kommer från en annan kommun och får ingen kvittensprodukt."),
    ),
    "no_link_for_another_municipality": (
        "O1",
        "client.gets_no_lock",
        _("Kunden kommer från en annan kommun och får inget låsvred."),
    ),
    "no_lock_for_another_municipality": (
        "O1",
        "client.gets_no_lock",
        _("Kunden kommer från en annan kommun och får inget låsvred."),
    ),
    "a_link_is_to_a_lock_at_the_door": (
        "rule 2",
        "link.not_at_door",
        _("Låsvredet sitter inte vid den här dörren. Kontrollera numret."),
    ),
    "a_link_is_for_a_client_behind_the_door": (
        "rule 2",
        "link.client_elsewhere",
        _("Kunden bor inte bakom den här dörren. Titta igen."),
    ),
    "only_locks_hang_at_doors": ("rule 2", "door.only_locks", _("Bara ett låsvred kan sitta vid en dörr.")),
    "a_chain_of_holdings_is_unbroken": (
        "rule 5",
        "thing.just_handed_over",
        _("Någon annan har just lämnat över saken. Titta igen."),
    ),
    "an_ended_holding_is_never_changed": (
        "rule 5",
        "thing.past_is_fixed",
        _("Vem som har haft saken går inte att ändra i efterhand. Skriv det på nytt."),
    ),
    "a_read_of_a_tag_is_never_changed": (
        "rule 6",
        "tag.read_is_fixed",
        _("Vad som har lästs av en kvittensprodukt går inte att ändra."),
    ),
    "no_removal_ordered_while_care_is_left": (
        "rule 1",
        "lock.needed",
        _("Någon i bostaden har hemtjänst eller trygghetslarm. Låsvredet sitter kvar."),
    ),
    "no_removal_done_while_care_is_left": (
        "rule 1",
        "lock.needed",
        _("Någon i bostaden har hemtjänst eller trygghetslarm. Låsvredet sitter kvar."),
    ),
    "no_allocation_to_a_closed_organisation": (
        "A4",
        "organisation.just_closed",
        _("Organisationen har just stängts. Välj en annan."),
    ),
    "no_allocation_goes_on_past_a_closing": (
        "A4",
        "organisation.just_closed",
        _("Organisationen har just stängts. Välj en annan."),
    ),
    "no_order_for_a_closed_organisation": (
        "P1",
        "organisation.just_closed",
        _("Organisationen har just stängts. Välj en annan."),
    ),
    "one_open_visit_per_account": (
        "P2",
        "visit.just_begun",
        _("Ett annat av dina besök har just börjat. Titta igen."),
    ),
    "visits_visit_pkey": (
        "rule 6",
        "visit.id_taken",
        _("Ett annat besök har samma id. Ge varje besök ett eget."),
    ),
    "visits_phoneevent_pkey": (
        "rule 6",
        "event.just_sent",
        _("Telefonen har just skickat det här. Försök igen."),
    ),
    "one_open_alarm_per_client": (
        "rule 4",
        "alarm.just_raised",
        _("Någon annan har just tagit emot larmet. Titta igen."),
    ),
    "a_day_turns_once": ("rule 6", "day.already_turned", _("Dagen är redan vänd.")),
    "one_routine_per_digest": (
        "D",
        "routine.already_proposed",
        _("Samma fil är redan föreslagen, eller gäller redan. Det finns inget att ändra."),
    ),
    "routines_in_sequence": (
        "D",
        "routine.just_approved",
        _("En annan version har just godkänts. Titta igen."),
    ),
    "one_standing_deputy_per_role": (
        "rule 6",
        "deputy.just_named",
        _("Någon annan har just utsett en ersättare. Titta igen."),
    ),
    "one_log_review_a_month": (
        "rule 7",
        "log_review.just_drawn",
        _("Någon annan har just dragit urvalet. Titta igen."),
    ),
    "one_hold_per_client_and_reason": ("D", "hold.already_there", _("Akten bevaras redan av det skälet.")),
    "one_invoice_row_per_month_client_and_provider": (
        "O2",
        "month.just_billed",
        _("Någon annan har just fakturerat månaden. Titta igen."),
    ),
    "one_basis_form_per_month_client_and_provider": (
        "O3",
        "form.just_made",
        _("Någon annan har just gjort blanketten. Titta igen."),
    ),
    "one_basis_form_per_number": ("O3", "form.number_taken", _("Blankettens nummer är taget. Försök igen.")),
}
"""The paragraph or rule, the code and the Swedish text, by the constraint's name."""

# SQLite reports the columns of a broken unique constraint, not its name
CONSTRAINT_BY_COLUMNS = {
    "people_session.proof": "one_session_per_proof",
    "people_passkey.credential": "one_passkey_per_credential",
    "people_login.issuer, people_login.subject": "one_login_per_person",
    "people_enrolmentlink.account_id": "one_enrolment_at_a_time",
    "orders_order.municipality_id, orders_order.door_id": "one_open_order_per_door_and_kind",
    "custody_holding.municipality_id, custody_holding.thing_id, custody_holding.sequence": "holdings_in_sequence",
    "custody_holding.municipality_id, custody_holding.thing_id": "one_holder_per_thing",
    "custody_link.municipality_id, custody_link.lock_id": "one_open_link_per_lock_and_client",
    "orders_booking.municipality_id, orders_booking.order_id": "one_standing_booking_per_order",
    "custody_thing.municipality_id, custody_thing.kind": "one_thing_per_number",
    "custody_tagkey.municipality_id, custody_tagkey.tag_id": "one_key_per_tag",
    "custody_tagkey.municipality_id, custody_tagkey.chip": "one_tag_per_chip",
    "access_lockkey.municipality_id, access_lockkey.lock_id": "one_key_per_lock",
    "access_lockkey.municipality_id, access_lockkey.number": "one_lock_per_door_number",
    "access_lockkey.municipality_id, access_lockkey.point": "a_lock_key_is_enrolled_once",
    "people_client.municipality_id, people_client.reference": "one_client_per_reference",
    "people_client.municipality_id, people_client.case_number": "one_client_per_case_number",
    "care_decision.municipality_id, care_decision.reference": "one_decision_per_reference",
    "care_investigation.municipality_id, care_investigation.reference": "one_investigation_per_reference",
    "care_allocation.municipality_id, care_allocation.reference": "one_allocation_per_reference",
    "people_organisation.municipality_id, people_organisation.orgnr": "one_organisation_per_orgnr",
    "people_home.municipality_id, people_home.address_key": "one_home_per_address",
    "people_residence.municipality_id, people_residence.client_id": "one_home_at_a_time",
    "people_plannedmove.municipality_id, people_plannedmove.client_id": "one_planned_move_at_a_time",
    "people_identifier.municipality_id, people_identifier.client_id": "one_identifier_at_a_time",
    "people_homedoor.municipality_id, people_homedoor.home_id": "one_way_per_home_and_door",
    "custody_holding.municipality_id, custody_holding.holder": "one_lock_per_door",
    "custody_offer.municipality_id, custody_offer.thing_id": "one_standing_offer_per_thing",
    "people_consent.municipality_id, people_consent.door_id": "one_standing_consent_per_door",
    "people_entrusted.municipality_id, people_entrusted.client_id": "entrusted_once_at_a_time",
    "care_suspension.municipality_id, care_suspension.client_id": "one_open_suspension_per_first_day",
    "visits_visit.municipality_id, visits_visit.account_id": "one_open_visit_per_account",
    "visits_visit.id": "visits_visit_pkey",
    "visits_phoneevent.id": "visits_phoneevent_pkey",
    "access_alarm.municipality_id, access_alarm.client_id": "one_open_alarm_per_client",
    "duties_dayturned.municipality_id, duties_dayturned.day": "a_day_turns_once",
    "billing_invoicerow.municipality_id, billing_invoicerow.month": "one_invoice_row_per_month_client_and_provider",
    "billing_basisform.municipality_id, billing_basisform.month": "one_basis_form_per_month_client_and_provider",
    "billing_basisform.municipality_id, billing_basisform.number": "one_basis_form_per_number",
    "duties_routineversion.municipality_id, duties_routineversion.digest": "one_routine_per_digest",
    "duties_routineversion.municipality_id, duties_routineversion.sequence": "routines_in_sequence",
    "duties_deputy.municipality_id, duties_deputy.organisation_id": "one_standing_deputy_per_role",
    "journal_logreview.municipality, journal_logreview.month": "one_log_review_a_month",
    "journal_hold.municipality, journal_hold.client, journal_hold.reason": "one_hold_per_client_and_reason",
}


def refusal_of(error: IntegrityError) -> Refusal:
    """Returns the refusal for a broken constraint. Raises the error again if the constraint is unknown: a bug."""
    text = str(error)
    for columns, name in CONSTRAINT_BY_COLUMNS.items():
        if columns in text:
            return Refusal(*MESSAGES[name])
    for name in sorted(MESSAGES, key=len, reverse=True):  # one may begin another: one_lock_per_door(_number)
        if name in text:
            return Refusal(*MESSAGES[name])
    raise error
