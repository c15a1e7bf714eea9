"""Pages of this room."""

from django.urls import URLPattern, URLResolver, path

from pipeline.views import account_part, board, closing, lists, opportunity, setup, steps, targets

app_name = "pipeline"
urlpatterns: list[URLPattern | URLResolver] = [
    path("opportunities/", board.board, name="board"),
    path("opportunities/list/", lists.opportunity_list, name="list"),
    path("opportunities/export/", lists.export, name="export"),
    path("opportunities/hand-over/", lists.hand_over, name="hand_over"),
    path("opportunities/new/", opportunity.new, name="new"),
    path("opportunities/of-account/<int:pk>/", account_part.of_account, name="of_account"),
    path("opportunities/<int:pk>/", opportunity.opportunity, name="opportunity"),
    path("opportunities/<int:pk>/print/", opportunity.print_view, name="print"),
    path("opportunities/<int:pk>/edit/", opportunity.edit, name="edit"),
    path("opportunities/<int:pk>/move/", steps.move, name="move"),
    path("opportunities/<int:pk>/evidence/<int:criterion_pk>/", steps.evidence, name="evidence"),
    path("opportunities/<int:pk>/evidence/<int:evidence_pk>/withdraw/", steps.withdraw, name="withdraw"),
    path("opportunities/<int:pk>/next-step/", steps.next_step, name="next_step"),
    path("opportunities/<int:pk>/next-step/done/", steps.next_step_done, name="next_step_done"),
    path("opportunities/<int:pk>/people/", steps.people, name="people"),
    path("opportunities/<int:pk>/win/", closing.win, name="win"),
    path("opportunities/<int:pk>/lose/", closing.lose, name="lose"),
    path("opportunities/<int:pk>/reopen/", closing.reopen, name="reopen"),
    path("opportunities/<int:pk>/archive/", closing.archive, name="archive"),
    path("opportunities/<int:pk>/restore/", closing.restore, name="restore"),
    path("opportunities/<int:pk>/owner/", closing.owner, name="owner"),
    path("targets/", targets.targets, name="targets"),
    path("pipelines/", setup.pipelines, name="pipelines"),
    path("pipelines/new/", setup.new_pipeline, name="new_pipeline"),
    path("pipelines/<int:pk>/", setup.pipeline, name="pipeline"),
    path("pipelines/<int:pk>/edit/", setup.edit_pipeline, name="edit_pipeline"),
    path("pipelines/<int:pk>/default/", setup.make_default, name="make_default"),
    path("pipelines/<int:pk>/steps/new/", setup.new_step, name="new_step"),
    path("pipelines/steps/<int:pk>/", setup.step, name="step"),
    path("pipelines/steps/<int:pk>/edit/", setup.edit_step, name="edit_step"),
    path("pipelines/steps/<int:pk>/move/", setup.move_step, name="move_step"),
    path("pipelines/steps/<int:pk>/criteria/new/", setup.new_criterion, name="new_criterion"),
    path("pipelines/criteria/<int:pk>/edit/", setup.edit_criterion, name="edit_criterion"),
    path("pipelines/criteria/<int:pk>/move/", setup.move_criterion, name="move_criterion"),
    path("pipelines/reasons/new/", setup.new_reason, name="new_reason"),
    path("pipelines/reasons/<int:pk>/edit/", setup.edit_reason, name="edit_reason"),
    path("pipelines/products/new/", setup.new_product, name="new_product"),
    path("pipelines/products/<int:pk>/edit/", setup.edit_product, name="edit_product"),
    path("pipelines/rates/new/", setup.new_rate, name="new_rate"),
    path("pipelines/rates/<int:pk>/edit/", setup.edit_rate, name="edit_rate"),
]
