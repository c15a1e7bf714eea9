"""Texts of the ready-made rows, so that the catalogues hold them.

The rows themselves are written by a migration, which imports nothing of ours; a test keeps the two alike.
"""

from django.utils.translation import gettext_noop as _

READY_TEXTS = (
    # Key accounts
    _("Key accounts"),
    _("Need"),
    _("Assessment"),
    _("A first profile of the customer exists, and we can say whether the customer potentially needs us."),
    _("Value assumption"),
    _("The customer has spoken of a need or a problem"),
    _("A first profile of the customer is written"),
    _("We can say whether the customer potentially needs us"),
    _("Feasibility"),
    _("Understanding"),
    _(
        "Need, budget size, price tolerance, organisation and departments are known; the odds are estimated "
        "and a value theme is assumed. If we do not fit, we let go."
    ),
    _("The customer has looked at feasibility and at the money it takes"),
    _("The need and the size of the budget are known"),
    _("Our offer fits the need"),
    _("The organisation and its departments are known"),
    _("The price the customer can bear is known"),
    _("The odds are estimated"),
    _("A value theme is assumed"),
    _("Project start"),
    _("Solution"),
    _(
        "The project group is formed and its members are known; the resources the customer commits are known;"
        " the value theme is written for this customer."
    ),
    _("Value proposition"),
    _("A project group has been formed"),
    _("The customer has said which resources it commits"),
    _("The members of the project group are known"),
    _("The value theme is written for this customer"),
    _("Evaluation"),
    _("Proof"),
    _(
        "A reference case, site visit, demo or technical exchange has taken place; evaluation criteria and "
        "decision process are known; every decider has been met (last chance); one or two candidates are "
        "left, we among them."
    ),
    _("Value proof"),
    _("The customer has set its evaluation criteria"),
    _("One or two candidates are left, and we are among them"),
    _("A reference case, site visit, demo or technical exchange has taken place"),
    _("The decision process is known"),
    _("Every decider has been met"),
    _("Buying decision"),
    _("Justification"),
    _(
        "We are chosen; the obstacles are cleared (investment confirmed, rivals' attacks answered); the "
        "negotiation is done."
    ),
    _("The customer has chosen us"),
    _("The investment is confirmed"),
    _("The negotiation is done"),
    _("The attacks of rivals are answered"),
    _("Contract approval"),
    _("Agreement"),
    _(
        "The customer has finally approved the contract. Entering this step starts a countdown of 30 working "
        "days to the signature."
    ),
    _("Value delivery"),
    _("The customer has finally approved the contract"),
    _("The contract is signed"),
    # Seven steps
    _("Seven steps"),
    _("Finding customers"),
    _("A possible customer is found."),
    _("Name, address and contact are written down"),
    _("Qualifying"),
    _("Ability to pay, buying personality and need are examined."),
    _("Ability to pay and need are examined"),
    _("The buying personality is known"),
    _("Approaching"),
    _("The customer has talked with us in earnest."),
    _("The key person has been met"),
    _("Objections"),
    _("The customer's objections are answered."),
    _("The customer's objections are answered"),
    _("Closing the deal"),
    _("The contract is signed."),
    _("After-sales service"),
    _("Delivered and in use."),
    _("Delivered and accepted"),
    _("Relationship management"),
    _("The customer is looked after."),
    _("The next contact is agreed"),
    # Vehicle fleet
    _("Vehicle fleet"),
    _("A fleet that may need vehicles is found."),
    _("The size of the fleet is known"),
    _("Phone call"),
    _("The key person is found and has agreed to talk."),
    _("An appointment with the key person is made"),
    _("Showroom or test drive"),
    _("The customer has seen or driven the vehicle."),
    _("The customer has seen or driven the vehicle"),
    _("The customer's attitude after it is known"),
    _("Negotiation"),
    _("Price, delivery and payment are agreed."),
    _("Price, delivery and payment are agreed"),
    _("Signing"),
    _("Hand-over"),
    _("The vehicles are handed over."),
    _("The vehicles are handed over"),
    # Home improvement
    _("Home improvement"),
    _("Sweep"),
    _("The unit was visited."),
    _("Building, unit number and progress of the renovation are known"),
    _("First contact"),
    _("The person who decides is reached."),
    _("The person who decides is reached"),
    _("Measuring"),
    _("The rooms are measured."),
    _("The rooms are measured"),
    _("Quote"),
    _("The quote is with the customer."),
    _("The quote is with the customer"),
    _("Order placed"),
    _("The order is placed."),
    _("The order is placed"),
    _("Installation"),
    _("Installed and accepted."),
    _("Installed and accepted"),
    # Reasons for loss
    _("Price"),
    _("Competitor's relationship"),
    _("Product"),
    _("Delivery time"),
    _("No budget"),
    _("Project stopped"),
    _("No decision"),
    _("Another reason"),
)
