"""The four pipelines and the reasons for loss that come ready. Plain texts: they are shown translated."""

from django.db import migrations

CUSTOMER, OURS = "CUSTOMER", "OURS"
REQUIRED, WISHED = True, False

# Steps: code, name, customer does, we do, reached when, value, band, expected working days, countdown, needs a sponsor,
# criteria on the customer's track, criteria on ours. Source: synchronised-selling.
KEY_ACCOUNTS = [
    (
        "F", "Need", "Need", "Assessment",
        "A first profile of the customer exists, and we can say whether the customer potentially needs us.",
        "Value assumption", 25, 20, None, False,
        [("The customer has spoken of a need or a problem", REQUIRED)],
        [
            ("A first profile of the customer is written", REQUIRED),
            ("We can say whether the customer potentially needs us", REQUIRED),
        ],
    ),
    (
        "E", "Feasibility", "Feasibility", "Understanding",
        "Need, budget size, price tolerance, organisation and departments are known; the odds are estimated and a value "
        "theme is assumed. If we do not fit, we let go.",
        "Value assumption", 25, 20, None, False,
        [("The customer has looked at feasibility and at the money it takes", REQUIRED)],
        [
            ("The need and the size of the budget are known", REQUIRED),
            ("Our offer fits the need", REQUIRED),
            ("The organisation and its departments are known", REQUIRED),
            ("The price the customer can bear is known", WISHED),
            ("The odds are estimated", WISHED),
            ("A value theme is assumed", WISHED),
        ],
    ),
    (
        "D", "Project start", "Project start", "Solution",
        "The project group is formed and its members are known; the resources the customer commits are known; the value "
        "theme is written for this customer.",
        "Value proposition", 50, 20, None, False,
        [
            ("A project group has been formed", REQUIRED),
            ("The customer has said which resources it commits", WISHED),
        ],
        [
            ("The members of the project group are known", REQUIRED),
            ("The value theme is written for this customer", REQUIRED),
        ],
    ),
    (
        "C", "Evaluation", "Evaluation", "Proof",
        "A reference case, site visit, demo or technical exchange has taken place; evaluation criteria and decision "
        "process are known; every decider has been met (last chance); one or two candidates are left, we among them.",
        "Value proof", 75, 30, None, True,
        [
            ("The customer has set its evaluation criteria", REQUIRED),
            ("One or two candidates are left, and we are among them", REQUIRED),
        ],
        [
            ("A reference case, site visit, demo or technical exchange has taken place", REQUIRED),
            ("The decision process is known", REQUIRED),
            ("Every decider has been met", REQUIRED),
        ],
    ),
    (
        "B", "Buying decision", "Buying decision", "Justification",
        "We are chosen; the obstacles are cleared (investment confirmed, rivals' attacks answered); the negotiation is "
        "done.",
        "Value proof", 75, 15, None, True,
        [("The customer has chosen us", REQUIRED)],
        [
            ("The investment is confirmed", REQUIRED),
            ("The negotiation is done", REQUIRED),
            ("The attacks of rivals are answered", WISHED),
        ],
    ),
    (
        "A", "Contract approval", "Contract approval", "Agreement",
        "The customer has finally approved the contract. Entering this step starts a countdown of 30 working days to the "
        "signature.",
        "Value delivery", 100, 30, 30, True,
        [("The customer has finally approved the contract", REQUIRED)],
        [("The contract is signed", REQUIRED)],
    ),
]


def _ours(code, name, reached, band, days, *criteria, countdown=None):
    """Return a step of a pipeline that follows our own process only; the first criterion is required."""
    asked = [(text, place == 0) for place, text in enumerate(criteria)]
    return (code, name, "", name, reached, "", band, days, countdown, False, [], asked)


# Source: growing-key-accounts, the seven steps.
SEVEN_STEPS = [
    _ours("1", "Finding customers", "A possible customer is found.", 25, 10, "Name, address and contact are written down"),
    _ours(
        "2", "Qualifying", "Ability to pay, buying personality and need are examined.", 25, 10,
        "Ability to pay and need are examined", "The buying personality is known",
    ),
    _ours("3", "Approaching", "The customer has talked with us in earnest.", 50, 15, "The key person has been met"),
    _ours("4", "Objections", "The customer's objections are answered.", 75, 15, "The customer's objections are answered"),
    _ours("5", "Closing the deal", "The contract is signed.", 100, 10, "The contract is signed"),
    _ours("6", "After-sales service", "Delivered and in use.", 100, 20, "Delivered and accepted"),
    _ours("7", "Relationship management", "The customer is looked after.", 100, 60, "The next contact is agreed"),
]

# Source: growing-key-accounts, selling to fleets.
VEHICLE_FLEET = [
    _ours("1", "Finding customers", "A fleet that may need vehicles is found.", 25, 10, "The size of the fleet is known"),
    _ours("2", "Phone call", "The key person is found and has agreed to talk.", 25, 10, "An appointment with the key person is made"),
    _ours(
        "3", "Showroom or test drive", "The customer has seen or driven the vehicle.", 50, 15,
        "The customer has seen or driven the vehicle", "The customer's attitude after it is known",
    ),
    _ours(
        "4", "Negotiation", "Price, delivery and payment are agreed.", 75, 15,
        "Price, delivery and payment are agreed", "The attacks of rivals are answered",
    ),
    _ours("5", "Signing", "The contract is signed.", 100, 10, "The contract is signed"),
    _ours("6", "Hand-over", "The vehicles are handed over.", 100, 20, "The vehicles are handed over"),
]

# Source: tracking-and-reports.
HOME_IMPROVEMENT = [
    _ours("1", "Sweep", "The unit was visited.", 25, 10, "Building, unit number and progress of the renovation are known"),
    _ours("2", "First contact", "The person who decides is reached.", 25, 10, "The person who decides is reached"),
    _ours("3", "Measuring", "The rooms are measured.", 50, 10, "The rooms are measured"),
    _ours("4", "Quote", "The quote is with the customer.", 75, 10, "The quote is with the customer"),
    _ours("5", "Order placed", "The order is placed.", 100, 10, "The order is placed"),
    _ours("6", "Installation", "Installed and accepted.", 100, 20, "Installed and accepted"),
]

PIPELINES = [
    ("key-accounts", "Key accounts", True, True, KEY_ACCOUNTS),
    ("seven-steps", "Seven steps", False, False, SEVEN_STEPS),
    ("vehicle-fleet", "Vehicle fleet", False, False, VEHICLE_FLEET),
    ("home-improvement", "Home improvement", False, False, HOME_IMPROVEMENT),
]
LOSS_REASONS = [
    "Price", "Competitor's relationship", "Product", "Delivery time", "No budget", "Project stopped", "No decision",
    "Another reason",
]
STEP_FIELDS = (
    "code", "name", "customer_does", "we_do", "reached_when", "value", "band", "expected_days", "countdown_days",
    "needs_sponsor",
)


def make(apps, schema_editor):
    """Write the ready pipelines and reasons."""
    pipelines = apps.get_model("pipeline", "Pipeline").objects
    steps = apps.get_model("pipeline", "Step").objects
    Criterion = apps.get_model("pipeline", "Criterion")
    for key, name, is_default, two_tracks, rows in PIPELINES:
        pipeline = pipelines.create(key=key, name=name, is_default=is_default, has_customer_track=two_tracks)
        for position, row in enumerate(rows, start=1):
            step = steps.create(pipeline=pipeline, position=position, **dict(zip(STEP_FIELDS, row[:-2], strict=True)))
            Criterion.objects.bulk_create(
                Criterion(step=step, track=track, position=place, text=text, is_required=required)
                for track, criteria in ((CUSTOMER, row[-2]), (OURS, row[-1]))
                for place, (text, required) in enumerate(criteria, start=1)
            )
    LossReason = apps.get_model("pipeline", "LossReason")
    LossReason.objects.bulk_create(LossReason(name=name, position=place) for place, name in enumerate(LOSS_REASONS, 1))


def remove(apps, schema_editor):
    """Take them away again; refuses (PROTECT) while opportunities still use them."""
    apps.get_model("pipeline", "Pipeline").objects.filter(key__in=[row[0] for row in PIPELINES]).delete()
    apps.get_model("pipeline", "LossReason").objects.filter(name__in=LOSS_REASONS).delete()


class Migration(migrations.Migration):
    """Ready-made data."""

    dependencies = [("pipeline", "0002_relations")]

    operations = [migrations.RunPython(make, remove)]
