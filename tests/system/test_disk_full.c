/* A disk that is full: the node stops with its own exit code, acknowledges nothing that is not
 * stored, and goes on where it was when there is room again. On a small tmpfs, for which one
 * has to be root; elsewhere the test is skipped with a word. */
#include "tests/system/recorder.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECORDERS = 4, TXS = 120000, EXIT_STORAGE = 74 };

static bool mount_small(const char *folder)
{
	if (mount("tmpfs", folder, "tmpfs", 0, "size=24m") == 0)
		return true;
	fprintf(stderr, "skipped: no tmpfs can be mounted here\n");
	return false;
}

START_TEST(a_full_disk_stops_the_node_and_loses_nothing)
{
	char folder[] = "/tmp/cairn-full-XXXXXX";
	struct recorder recorders[RECORDERS];
	struct live_connection connection;
	struct workload workload;
	struct live_node node;
	atomic_size_t next = 0;
	size_t acknowledged = 0;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	if (!mount_small(folder)) {
		rmdir(folder);
		return;
	}
	live_node_start(&node, getenv("CAIRN_BIN_DIR"), folder);
	live_connect(&connection, &node);
	workload_make(&workload, &connection, TXS, 2);
	live_disconnect(&connection);
	for (size_t i = 0; i < RECORDERS; i++) {
		recorder_init(&recorders[i], &node, &workload, &next);
		recorder_start(&recorders[i]);
	}
	for (size_t i = 0; i < RECORDERS; i++)
		recorder_join(&recorders[i]);
	ck_assert_msg(atomic_load(&next) < TXS, "the disk was large enough");
	ck_assert_int_eq(live_node_wait(&node), EXIT_STORAGE);
	/* Room again. */
	ck_assert_int_eq(mount("tmpfs", folder, "tmpfs", MS_REMOUNT, "size=256m"), 0);
	live_node_restart(&node);
	live_connect(&connection, &node);
	for (size_t i = 0; i < RECORDERS; i++) {
		recorder_check(&recorders[i], &connection);
		acknowledged += recorders[i].count;
		recorder_close(&recorders[i]);
	}
	ck_assert_uint_gt(acknowledged, 100);
	printf("%zu acknowledged before the disk was full, 0 lost\n", acknowledged);
	live_disconnect(&connection);
	live_node_stop(&node);
	live_node_remove(&node);
	workload_free(&workload);
	ck_assert_int_eq(umount(folder), 0);
	rmdir(folder);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("disk_full");
	TCase *tests = tcase_create("disk_full");

	tcase_add_test(tests, a_full_disk_stops_the_node_and_loses_nothing);
	suite_add_tcase(suite, tests);
	return suite;
}
