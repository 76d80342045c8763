/* The audit of a ledger finds nothing where nothing is wrong, and what no quorum should have
 * certified. */
#include "tests/unit/audit/audit_scene.h"

#include <inttypes.h>

static struct audit_scene *scene;

static void open_scene(void)
{
	scene = calloc(1, sizeof *scene);
	ck_assert_ptr_nonnull(scene);
	scene_init(scene, 0, 0);
}

static void close_scene(void)
{
	scene_close(scene);
	free(scene);
}

static void expect_good(void)
{
	const struct audit_report *report = &scene->report;

	scene_audit(scene);
	ck_assert_msg(report->finding_count == 0, "found in a good ledger: block %" PRIu64 ": %s",
	              report->findings[0].height, report->findings[0].text);
	ck_assert(report->is_whole);
	ck_assert_uint_eq(report->replayed.header.height, SCENE_BLOCKS);
}

START_TEST(a_good_ledger_has_no_finding_and_everything_was_looked_at)
{
	const struct audit_report *report = &scene->report;

	expect_good();
	ck_assert_uint_eq(report->tx_count, scene->f.ledger.salt - 1);
	ck_assert_uint_eq(report->signature_count, report->tx_count);
	ck_assert_uint_eq(report->certificate_count, SCENE_BLOCKS);
	/* Three blocks share one certificate, whose three signatures are checked once. */
	ck_assert_uint_eq(report->vote_count, 3 * (SCENE_BLOCKS - 2));
	ck_assert_uint_eq(report->epoch_count, 2);
	/* Three over the seal, three over the newest block. */
	ck_assert_uint_eq(report->cosignature_count, 6);
	ck_assert_str_eq(report->network_name, scene->f.ledger.genesis->name);
	ck_assert_uint_eq(report->note_count, 0);
}
END_TEST

/* Every size of step: pages, then keys of one block, may be half gone. */
START_TEST(a_pruned_ledger_is_good_however_far_pruning_has_come)
{
	scene = calloc(1, sizeof *scene);
	ck_assert_ptr_nonnull(scene);
	scene_init(scene, 5, (size_t)(2 * _i + 5));
	expect_good();
	ck_assert_uint_gt(scene->report.kept_from, 0);
	close_scene();
}
END_TEST

/* -- What validators must not certify ------------------------------------------------------------- */

/* Signatures of two of four, of another block, of nobody. */
START_TEST(a_certificate_that_does_not_count_is_found)
{
	const struct tx *tx =
		ledger_fixture_tx_of(&scene->f.ledger, 0, make_append(&scene->stream, "", "x"));
	struct draft *draft = scene_draft(scene, &tx, 1);
	struct certificate certificate;

	scene_certify(scene, &certificate, draft);
	if (_i == 0)
		certificate.signers[1] = false;
	else if (_i == 1)
		certificate.signatures[1] = certificate.signatures[0];
	else if (_i == 2)
		certificate.ballot.kind = VOTE_NOTARIZE;
	if (!certificate.signers[1])
		certificate.signatures[1] = (struct signature){{0}};
	ck_ok(&scene->f, store_commit(scene->f.store, draft, _i == 3 ? NULL : &certificate,
	                              &scene->f.why));
	draft_free(draft);
	scene_audit(scene);
	ck_assert_uint_eq(scene->report.finding_count, 1);
	ck_assert(scene_has_finding_at(scene, SCENE_BLOCKS + 1));
}
END_TEST

static enum status find_no_tx(void *owner, const struct hash *txid, bool *found)
{
	(void)owner;
	(void)txid;
	*found = false;
	return STATUS_OK;
}

/* The rules would have refused it; a quorum of liars certified it all the same. */
START_TEST(a_transaction_that_stands_twice_is_found)
{
	const struct tx *tx =
		ledger_fixture_tx_of(&scene->f.ledger, 0, make_append(&scene->stream, "", "x"));
	const char *said;

	scene_commit(scene, scene_draft(scene, &tx, 1));
	scene->f.ledger.ledger.source.find_tx = find_no_tx;
	scene_commit(scene, scene_draft(scene, &tx, 1));
	scene_audit(scene);
	ck_assert_uint_gt(scene->report.finding_count, 0);
	said = scene->report.findings[0].text;
	ck_assert_msg(strstr(said, "stands in the log twice"), "%s", said);
	ck_assert_uint_eq(scene->report.findings[0].height, SCENE_BLOCKS + 1);
}
END_TEST

/* The block is well made and well certified, but it was not this leader's turn. */
START_TEST(a_block_of_the_wrong_leader_is_found)
{
	const struct tx *tx =
		ledger_fixture_tx_of(&scene->f.ledger, 0, make_append(&scene->stream, "", "x"));
	struct draft *draft = ledger_fixture_draft(&scene->f.ledger, NULL);
	struct block_plan plan = ledger_fixture_plan(draft);

	plan.view = scene->f.ledger.ledger.tip.header.view + 1;
	plan.proposer =
		(uint16_t)((epoch_leader(&scene->epoch, plan.view) + 1) % SCENE_VALIDATORS);
	ledger_fixture_expect_taken(&scene->f.ledger, draft, tx);
	ck_ok(&scene->f, block_seal(draft, &plan, &scene->f.why));
	scene_commit(scene, draft);
	scene_audit(scene);
	ck_assert_uint_eq(scene->report.finding_count, 1);
	ck_assert(scene_has_finding_at(scene, SCENE_BLOCKS + 1));
	ck_assert_ptr_nonnull(strstr(scene->report.findings[0].text, "leader"));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("audit");
	TCase *whole = tcase_create("whole");
	TCase *pruned = tcase_create("pruned");

	tcase_add_checked_fixture(whole, open_scene, close_scene);
	tcase_add_test(whole, a_good_ledger_has_no_finding_and_everything_was_looked_at);
	tcase_add_loop_test(whole, a_certificate_that_does_not_count_is_found, 0, 4);
	tcase_add_test(whole, a_transaction_that_stands_twice_is_found);
	tcase_add_test(whole, a_block_of_the_wrong_leader_is_found);
	suite_add_tcase(suite, whole);
	tcase_add_loop_test(pruned, a_pruned_ledger_is_good_however_far_pruning_has_come, 0, 3);
	suite_add_tcase(suite, pruned);
	return suite;
}
