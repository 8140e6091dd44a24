# SPDX-License-Identifier: EUPL-1.2
"""Refusals for broken database constraints, which catch two acts that run at once and both pass the rules."""

from __future__ import annotations

from django.db import IntegrityError

from troskel.ground.refusals import Refusal

MESSAGES = {
    "one_open_order_per_door_and_kind": ("P1", "there is already an open order of this kind for the door"),
    "one_holder_per_thing": ("rule 5", "the thing has just been handed over by someone else: look again"),
    "holdings_in_sequence": ("rule 5", "the thing has just been handed over by someone else: look again"),
    "one_open_link_per_lock_and_client": ("rule 2", "the client is already linked to this lock"),
    "one_standing_booking_per_order": ("L1", "the order has just been booked by someone else: look again"),
    "one_thing_per_number": ("rule 5", "a thing of this kind with this number is already registered"),
    "one_client_per_reference": ("A4", "a client with this reference is already registered"),
    "one_client_per_case_number": ("A4", "the case number is taken: try again"),
    "one_decision_per_reference": ("A4", "a decision with this reference is already registered"),
    "one_investigation_per_reference": ("A8", "an investigation with this reference has already begun"),
    "one_allocation_per_reference": ("A4", "an allocation with this reference is already registered"),
    "one_organisation_per_orgnr": ("A4", "an organisation with this number is already registered"),
    "one_home_per_address": ("rule 1", "the home has just been registered by someone else: try again"),
    "one_home_at_a_time": ("rule 1", "the client has just been moved by someone else: look again"),
    "one_identifier_at_a_time": (
        "A4",
        "the identity number has just been changed by someone else: look again",
    ),
    "one_way_per_home_and_door": ("rule 1", "the door is already one of the home's"),
    "one_lock_per_door": ("rule 2", "there is a lock at the door already"),
    "one_standing_offer_per_thing": (
        "rule 5",
        "the thing is offered to someone already: take that back first",
    ),
    "one_standing_consent_per_door": ("P1", "the owner's consent is written down already: look again"),
    "entrusted_once_at_a_time": ("rule 7", "the client is entrusted to this person already"),
    "one_open_suspension_per_client": ("A8", "the client is away already: look again"),
    "no_tag_for_another_municipality": (
        "O1",
        "the client is assigned by another municipality and gets no tag",
    ),
    "no_link_for_another_municipality": (
        "O1",
        "the client is assigned by another municipality and gets no lock",
    ),
    "no_lock_for_another_municipality": (
        "O1",
        "the client is assigned by another municipality and gets no lock",
    ),
    "a_link_is_to_a_lock_at_the_door": ("rule 2", "the lock is not at this door: check the serial number"),
    "a_link_is_for_a_client_behind_the_door": (
        "rule 2",
        "the client does not live behind this door: look again",
    ),
    "only_locks_hang_at_doors": ("rule 2", "only a lock turner hangs at a door"),
    "a_chain_of_holdings_is_unbroken": (
        "rule 5",
        "the thing has just been handed over by someone else: look again",
    ),
    "an_ended_holding_is_never_changed": (
        "rule 5",
        "what somebody held before can't be changed: write it anew",
    ),
    "no_removal_ordered_while_care_is_left": (
        "rule 1",
        "someone behind this door has home care or a safety alarm: the lock stays",
    ),
    "no_removal_done_while_care_is_left": (
        "rule 1",
        "someone behind this door has home care or a safety alarm: the lock stays",
    ),
    "one_open_visit_per_account": ("P2", "another visit of yours has just begun: look again"),
    "visits_visit_pkey": ("rule 6", "another visit has this id: give each visit an id of its own"),
    "one_open_alarm_per_client": ("rule 4", "the alarm has just been raised by someone else: look again"),
    "a_day_turns_once": ("rule 6", "the day has already been turned"),
    "one_routine_per_digest": ("D", "this version of the routine has been proposed already: look again"),
    "routines_in_sequence": ("D", "another version has just been approved: look again"),
    "one_standing_deputy_per_role": ("rule 6", "a deputy has just been named by someone else: look again"),
    "one_hold_per_client_and_reason": ("D", "the file is already held for this reason"),
    "one_invoice_row_per_month_client_and_provider": (
        "O2",
        "the month has just been billed by someone else: look again",
    ),
    "one_basis_form_per_month_client_and_provider": (
        "O3",
        "the form has just been made by someone else: look again",
    ),
    "one_basis_form_per_number": ("O3", "the form's number is taken: try again"),
}

# SQLite reports the columns of a broken unique constraint, not its name
CONSTRAINT_BY_COLUMNS = {
    "orders_order.municipality_id, orders_order.door_id": "one_open_order_per_door_and_kind",
    "custody_holding.municipality_id, custody_holding.thing_id, custody_holding.sequence": "holdings_in_sequence",
    "custody_holding.municipality_id, custody_holding.thing_id": "one_holder_per_thing",
    "custody_link.municipality_id, custody_link.lock_id": "one_open_link_per_lock_and_client",
    "orders_booking.municipality_id, orders_booking.order_id": "one_standing_booking_per_order",
    "custody_thing.municipality_id, custody_thing.kind": "one_thing_per_number",
    "people_client.municipality_id, people_client.reference": "one_client_per_reference",
    "people_client.municipality_id, people_client.case_number": "one_client_per_case_number",
    "care_decision.municipality_id, care_decision.reference": "one_decision_per_reference",
    "care_investigation.municipality_id, care_investigation.reference": "one_investigation_per_reference",
    "care_allocation.municipality_id, care_allocation.reference": "one_allocation_per_reference",
    "people_organisation.municipality_id, people_organisation.orgnr": "one_organisation_per_orgnr",
    "people_home.municipality_id, people_home.address_key": "one_home_per_address",
    "people_residence.municipality_id, people_residence.client_id": "one_home_at_a_time",
    "people_identifier.municipality_id, people_identifier.client_id": "one_identifier_at_a_time",
    "people_homedoor.municipality_id, people_homedoor.home_id": "one_way_per_home_and_door",
    "custody_holding.municipality_id, custody_holding.holder": "one_lock_per_door",
    "custody_offer.municipality_id, custody_offer.thing_id": "one_standing_offer_per_thing",
    "people_consent.municipality_id, people_consent.door_id": "one_standing_consent_per_door",
    "people_entrusted.municipality_id, people_entrusted.client_id": "entrusted_once_at_a_time",
    "care_suspension.municipality_id, care_suspension.client_id": "one_open_suspension_per_client",
    "visits_visit.municipality_id, visits_visit.account_id": "one_open_visit_per_account",
    "visits_visit.id": "visits_visit_pkey",
    "access_alarm.municipality_id, access_alarm.client_id": "one_open_alarm_per_client",
    "duties_dayturned.municipality_id, duties_dayturned.day": "a_day_turns_once",
    "billing_invoicerow.municipality_id, billing_invoicerow.month": "one_invoice_row_per_month_client_and_provider",
    "billing_basisform.municipality_id, billing_basisform.month": "one_basis_form_per_month_client_and_provider",
    "billing_basisform.municipality_id, billing_basisform.number": "one_basis_form_per_number",
    "duties_routineversion.municipality_id, duties_routineversion.digest": "one_routine_per_digest",
    "duties_routineversion.municipality_id, duties_routineversion.sequence": "routines_in_sequence",
    "duties_deputy.municipality_id, duties_deputy.organisation_id": "one_standing_deputy_per_role",
    "journal_hold.municipality, journal_hold.client, journal_hold.reason": "one_hold_per_client_and_reason",
}


def refusal_of(error: IntegrityError) -> Refusal:
    """Returns the refusal for a broken constraint. Raises the error again if the constraint is unknown: a bug."""
    text = str(error)
    for columns, name in CONSTRAINT_BY_COLUMNS.items():
        if columns in text:
            return Refusal(*MESSAGES[name])
    for name, (rule, message) in MESSAGES.items():
        if name in text:
            return Refusal(rule, message)
    raise error
