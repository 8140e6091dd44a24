# SPDX-License-Identifier: EUPL-1.2
"""What the database's own constraints say, in words. They hold when two acts meet and both found the way clear."""

from __future__ import annotations

from django.db import IntegrityError

from troskel.ground.refusals import Refusal

SAID = {
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
    "a_day_turns_once": ("rule 6", "the day has already been turned"),
    "one_invoice_row_per_month_client_and_provider": (
        "O2",
        "the month has just been billed by someone else: look again",
    ),
    "one_basis_form_per_month_client_and_provider": (
        "O3",
        "the form has just been made by someone else: look again",
    ),
    "one_basis_form_per_number": ("O3", "the form's number is taken: try again"),
    "one_routine_per_digest": ("D", "this version of the routine is already in force"),
}

# SQLite names the columns of a broken unique constraint, not the constraint
BY_COLUMNS = {
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
    "duties_dayturned.municipality_id, duties_dayturned.day": "a_day_turns_once",
    "billing_invoicerow.municipality_id, billing_invoicerow.month": "one_invoice_row_per_month_client_and_provider",
    "billing_basisform.municipality_id, billing_basisform.month": "one_basis_form_per_month_client_and_provider",
    "billing_basisform.municipality_id, billing_basisform.number": "one_basis_form_per_number",
    "duties_routineversion.municipality_id, duties_routineversion.digest": "one_routine_per_digest",
}


def refusal_of(error: IntegrityError) -> Refusal:
    """The refusal that a broken constraint means. An unknown one is raised again as it is: a fault of ours."""
    said = str(error)
    for columns, name in BY_COLUMNS.items():
        if columns in said:
            return Refusal(*SAID[name])
    for name, (rule, message) in SAID.items():
        if name in said:
            return Refusal(rule, message)
    raise error
