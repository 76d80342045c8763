/* A disk that is full: the commit fails, nothing more is tried, and all that was
 * acknowledged is there when there is room again. On a tmpfs of its own, so it needs
 * to be root. */
#include "tests/unit/store/store_fixture.h"

#include "chain/store/votes.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>

enum { SMALL_MIB = 12, VALUE_SIZE = 50000 };

static char value[VALUE_SIZE + 1];

static bool mount_small(const char *path)
{
	char size[32];

	/* In a namespace of its own, the mount ends with this process, whatever happens. */
	snprintf(size, sizeof size, "size=%dm", SMALL_MIB);
	if (unshare(CLONE_NEWNS) == 0 &&
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("none", path, "tmpfs", 0, size) == 0)
		return true;
	fprintf(stderr, "skipped: cannot mount a tmpfs here: %s\n", strerror(errno));
	return false;
}

static const struct tx *next_tx(struct store_fixture *f, struct random *random)
{
	struct hash stream = stream_id_of(text_view("s"));

	/* Nothing that a compression could shrink. */
	for (size_t i = 0; i < VALUE_SIZE; i++)
		value[i] = (char)(1 + random_below(random, 126));
	return ledger_fixture_tx_of(&f->ledger, 1, make_append(&stream, "", value));
}

/* Commits until the disk refuses. Returns the status that it refused with. */
static enum status fill(struct store_fixture *f, struct random *random)
{
	for (;;) {
		const struct tx *tx = next_tx(f, random);
		struct draft *draft = ledger_fixture_sealed(&f->ledger, NULL, &tx, 1);
		enum status status = store_commit(f->store, draft, NULL, &f->why);

		if (status == STATUS_OK)
			memory_ledger_commit(&f->ledger.ledger, draft);
		draft_free(draft);
		ledger_fixture_forget_txs(&f->ledger);
		if (status != STATUS_OK)
			return status;
		ck_assert_uint_lt(f->ledger.ledger.tip.header.height, 1000);
	}
}

static void check_refuses_for_good(struct store_fixture *f, struct random *random)
{
	const struct tx *tx = next_tx(f, random);
	struct draft *draft = ledger_fixture_sealed(&f->ledger, NULL, &tx, 1);

	ck_assert_int_eq(store_commit(f->store, draft, NULL, &f->why), STATUS_STORAGE);
	ck_assert_ptr_nonnull(strstr(f->why.text, "refused to write before"));
	ck_assert_int_eq(
		store_put_note(f->store, STORE_NOTE_SEAL, 1, text_view("x"), true, &f->why),
		STATUS_STORAGE);
	draft_free(draft);
}

START_TEST(a_full_disk_loses_nothing_that_was_acknowledged)
{
	struct random random = random_from(61);
	struct store_check_result result;
	struct store_check check = {.seed = 1};
	char path[STORE_PATH_SIZE - 8], inside[STORE_PATH_SIZE];
	struct store_fixture f;
	struct store_view *view;
	struct buffer body;
	enum status status;

	snprintf(path, sizeof path, "%s", scratch_folder());
	if (!mount_small(path))
		return;
	snprintf(inside, sizeof inside, "%s/ledger", path);
	store_fixture_init_at(&f, inside, NULL);
	f.ledger.is_unsigned = true;
	store_fixture_do(&f, 0, make_stream("s", STREAM_WRITE_OPEN));
	status = fill(&f, &random);
	ck_assert_msg(status == STATUS_STORAGE, "%s", f.why.text);
	ck_assert_uint_gt(f.ledger.ledger.tip.header.height, 20);
	ck_assert(hash_equal(&store_tip(f.store)->hash, &f.ledger.ledger.tip.hash));
	check_refuses_for_good(&f, &random);
	store_close(f.store);
	ck_assert_int_eq(mount("none", path, "tmpfs", MS_REMOUNT, "size=200m"), 0);
	store_fixture_open(&f);
	check.committed_height = f.ledger.ledger.tip.header.height;
	ck_ok(&f, store_check(f.store, &check, &result, &f.why));
	ck_assert(!result.lost_tail);
	/* The batch that failed may have reached the disk whole, and then it counts; never in
	 * part. What was acknowledged is below it. */
	view = store_fixture_view(&f);
	ck_assert_uint_le(result.tip_height, check.committed_height + 1);
	for (uint64_t height = 0; height <= check.committed_height; height++) {
		buffer_init(&body, BLOCK_BODY_MAX);
		ck_ok(&f, store_read_body(view, height, &body, &f.why));
		buffer_close(&body);
	}
	store_view_close(view);
	if (result.tip_height == check.committed_height) {
		const struct tx *tx = next_tx(&f, &random);

		store_fixture_block(&f, &tx, 1);
	}
	store_fixture_close(&f);
	ck_assert_int_eq(umount(path), 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("store full");
	TCase *full = tcase_create("full");

	tcase_add_test(full, a_full_disk_loses_nothing_that_was_acknowledged);
	suite_add_tcase(suite, full);
	return suite;
}
