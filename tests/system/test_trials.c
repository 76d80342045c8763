/* Validators under load, and who follows them, that are killed, stopped, wiped and told the wrong
 * time: nothing that was acknowledged is lost, nobody votes twice, all end with the same chain. */
#include "tests/system/trials.h"

static struct trial trial;

/* One after another; each fifth time two at once, so that the others stand still, and each tenth
 * time all. */
static size_t choose_victims(size_t round)
{
	return round % 10 == 8 ? trial.node_count : round % 5 == 2 ? 2 : 1;
}

/* Those that are killed come back at once, or find that the others have gone on. */
static size_t kill_some(struct random *random, size_t round)
{
	size_t count = choose_victims(round);
	size_t victims[TRIAL_NODES_MAX];

	for (size_t i = 0; i < count; i++)
		victims[i] = (round + i) % trial.node_count;
	for (size_t i = 0; i < count; i++)
		live_node_kill(&trial.nodes[victims[i]]);
	for (size_t i = 0; i < count; i++)
		trial_join(&trial, victims[i]);
	if (round % 3 == 1)
		trial_pause_ms(random_below(random, 2000));
	for (size_t i = 0; i < count; i++)
		live_node_restart(&trial.nodes[victims[i]]);
	for (size_t i = 0; i < count; i++)
		trial_record(&trial, victims[i]);
	return count;
}

/* Kills land at any moment: that is what is tried out here, not something waited for. */
START_TEST(nothing_acknowledged_is_lost_whoever_is_killed_however_often)
{
	struct random random = random_from(104);
	size_t kills = trial_is_long() ? 100 : 12, done = 0, round = 0, cut_off = 0;
	uint64_t height;

	trial_begin_with(&trial, TRIAL_FOLLOWERS);
	trial_record_all(&trial);
	while (done < kills) {
		trial_pause_ms(100 + random_below(&random, 400));
		done += kill_some(&random, round++);
	}
	/* And on from there. */
	trial_await(&trial.nodes[0], trial_height(&trial.nodes[0]) + 5);
	trial_check(&trial);
	for (size_t i = 0; i < trial.node_count; i++)
		cut_off += trial.recorders[i].unanswered;
	height = trial_height(&trial.nodes[0]);
	trial_audit(&trial);
	printf("%zu kills: %zu acknowledged, %zu cut off in the middle, 0 lost, height %llu\n",
	       done, trial_acknowledged(&trial), cut_off, (unsigned long long)height);
	/* Otherwise nothing was tried. */
	ck_assert_uint_gt(trial_acknowledged(&trial), kills);
	ck_assert_uint_gt(cut_off, 0);
	trial_end(&trial);
}
END_TEST

/* Of what an earlier start did not finish the next one makes sense. */
START_TEST(a_start_may_be_cut_short_at_any_moment)
{
	struct random random = random_from(105);
	struct live_node *node = &trial.nodes[3];

	trial_begin(&trial);
	trial_record(&trial, 0);
	trial_await(&trial.nodes[0], 20);
	live_node_kill(node);
	for (int i = 0; i < (trial_is_long() ? 100 : 12); i++) {
		live_node_launch(node);
		trial_pause_ms(random_below(&random, 400));
		live_node_kill(node);
	}
	live_node_restart(node);
	trial_await(node, trial_height(&trial.nodes[0]));
	trial_check(&trial);
	trial_audit(&trial);
	trial_end(&trial);
}
END_TEST

/* Longer than any time-out of a connection; in the long run a minute. */
START_TEST(each_may_stand_still_in_turn)
{
	uint32_t still_ms = trial_is_long() ? 60000 : 3000;

	trial_begin(&trial);
	trial_record(&trial, 0);
	for (size_t i = 1; i < TRIAL_VALIDATORS; i++) {
		uint64_t height = trial_height(&trial.nodes[0]);

		ck_assert_int_eq(kill(trial.nodes[i].process, SIGSTOP), 0);
		trial_await(&trial.nodes[0], height + 10);
		trial_pause_ms(still_ms);
		ck_assert_int_eq(kill(trial.nodes[i].process, SIGCONT), 0);
		trial_await(&trial.nodes[i], trial_height(&trial.nodes[0]));
	}
	trial_check(&trial);
	trial_end(&trial);
}
END_TEST

/* Without a quorum nothing is decided, however long; then it goes on by itself. */
START_TEST(two_that_stand_still_stop_the_others_until_they_go_on)
{
	uint64_t height;

	trial_begin(&trial);
	trial_record(&trial, 0);
	trial_await(&trial.nodes[0], 20);
	for (size_t i = 2; i < TRIAL_VALIDATORS; i++)
		ck_assert_int_eq(kill(trial.nodes[i].process, SIGSTOP), 0);
	height = trial_height(&trial.nodes[0]);
	trial_pause_ms(trial_is_long() ? 60000 : 3000);
	/* What was under way may have become final. */
	ck_assert_uint_le(trial_height(&trial.nodes[0]), height + 2);
	for (size_t i = 2; i < TRIAL_VALIDATORS; i++)
		ck_assert_int_eq(kill(trial.nodes[i].process, SIGCONT), 0);
	for (size_t i = 0; i < TRIAL_VALIDATORS; i++)
		trial_await(&trial.nodes[i], height + 20);
	trial_check(&trial);
	trial_end(&trial);
}
END_TEST

/* -- Late -------------------------------------------------------------------------------------- */

/* It has the genesis and nothing else, the others have a long chain that grows on, and while it
 * catches up it is killed again and again. */
START_TEST(who_joins_late_has_everything_however_often_it_is_killed_on_the_way)
{
	struct random random = random_from(106);
	struct live_node joined;

	trial_begin(&trial);
	trial_record_all(&trial);
	trial_await(&trial.nodes[0], trial_is_long() ? 3000 : 300);
	live_network_join(&joined, &trial.nodes[0]);
	live_node_restart(&joined);
	for (int i = 0; i < (trial_is_long() ? 20 : 4); i++) {
		trial_pause_ms(random_below(&random, 200));
		live_node_kill(&joined);
		live_node_restart(&joined);
	}
	trial_await(&joined, trial_height(&trial.nodes[0]));
	trial_check(&trial);
	trial_await(&joined, trial_height(&trial.nodes[0]));
	ck_assert_uint_eq(live_compare(&trial.nodes[0], &joined), trial_height(&trial.nodes[0]));
	trial_check_node(&trial, &joined);
	live_node_stop(&joined);
	live_node_command(&joined, "audit");
	trial_end(&trial);
}
END_TEST

/* -- Disks ---------------------------------------------------------------------------------- */

/* The folder of a node is set up anew, from the genesis alone, with these files of the old one. */
static void set_up_anew(struct live_node *node, const struct live_node *running,
                        const char *files)
{
	struct live_node anew;
	char command[1000];

	live_network_join(&anew, running);
	snprintf(command, sizeof command,
	         "set -e; rm '%s/sign-state'; cd '%s'; cp -p %s '%s/'; cd /; rm -rf '%s'; mv '%s' '%s'",
	         anew.folder, node->folder, files, anew.folder, node->folder, anew.folder,
	         node->folder);
	ck_assert_int_eq(system(command), 0);
}

/* All the others have told it where they stand: that takes each of them, so nobody may be killed
 * before. In the views that they showed and the next one it signs nothing, so until the network is
 * beyond those it does not count, and three of four would stand still. */
static void await_vote(const struct live_node *node, const struct live_node *other)
{
	double until_s = live_now_s() + TRIAL_PATIENCE_S;
	struct live_connection connection;
	bool is_forgetful = true;

	while (is_forgetful) {
		ck_assert_msg(live_now_s() < until_s, "%s: its votes stay forgotten", node->log);
		trial_pause_ms(20);
		live_connect(&connection, node);
		is_forgetful = strstr(live_call(&connection, "node.list_warnings", "{}"),
		                      "VOTES_FORGOTTEN") != NULL;
		live_disconnect(&connection);
	}
	trial_await(other, trial_height(other) + 5);
}

/* Its keys are there from a copy, and in the second case not what it signed with them. It gets all
 * blocks from the others, and in the end the network does without another one: it votes. */
START_TEST(a_validator_whose_disk_was_wiped_comes_back_and_votes)
{
	static const char *const files[] = {
		"vote.key cosign.key node.key cairn.toml sign-state",
		"vote.key cosign.key node.key cairn.toml",
	};
	uint64_t height;

	trial_begin(&trial);
	trial_record(&trial, 0);
	trial_await(&trial.nodes[0], 30);
	live_node_kill(&trial.nodes[3]);
	set_up_anew(&trial.nodes[3], &trial.nodes[0], files[_i]);
	live_node_restart(&trial.nodes[3]);
	trial_await(&trial.nodes[3], trial_height(&trial.nodes[0]));
	await_vote(&trial.nodes[3], &trial.nodes[0]);
	live_node_kill(&trial.nodes[2]);
	/* What was under way is final by then; what follows needs its vote. */
	height = trial_height(&trial.nodes[0]);
	trial_await(&trial.nodes[0], height + 10);
	live_node_restart(&trial.nodes[2]);
	trial_check(&trial);
	trial_end(&trial);
}
END_TEST

/* -- Another network ---------------------------------------------------------------------------- */

/* "ID@HOST:PORT" of a running node. */
static void name_peer(char *text, size_t size, const struct live_node *node)
{
	char command[4600], id[80] = {0};
	unsigned port = 0;
	FILE *said;

	snprintf(command, sizeof command,
	         "'%s' id --data-dir '%s' | sed -n 's/^node_id *//p'; "
	         "sed -n 's/.* p2p=127.0.0.1:\\([0-9]*\\).*/\\1/p' '%s'",
	         node->program, node->folder, node->log);
	said = popen(command, "r");
	ck_assert_ptr_nonnull(said);
	ck_assert_int_eq(fscanf(said, "%79s %u", id, &port), 2);
	pclose(said);
	snprintf(text, size, "%s@127.0.0.1:%u", id, port);
}

static bool has_line(const struct live_node *node, const char *text)
{
	FILE *file = fopen(node->log, "r");
	bool found = false;
	char line[2048];

	while (file && fgets(line, sizeof line, file))
		found |= strstr(line, text) != NULL;
	if (file)
		fclose(file);
	return found;
}

/* It is told where one of the others is, and never becomes one of them. */
START_TEST(a_node_with_another_genesis_meets_nobody)
{
	struct live_node stranger;
	char peer[128];
	uint64_t height;
	double until_s;

	trial_begin(&trial);
	live_node_start(&stranger, getenv("CAIRN_BIN_DIR"), "/tmp");
	live_node_stop(&stranger);
	name_peer(peer, sizeof peer, &trial.nodes[0]);
	snprintf(stranger.settings[0], sizeof stranger.settings[0], "CAIRN_P2P_PEERS=%s", peer);
	snprintf(stranger.settings[1], sizeof stranger.settings[1],
	         "CAIRN_NODE_LOG_LEVEL=info,p2p=debug");
	live_node_restart(&stranger);
	until_s = live_now_s() + TRIAL_PATIENCE_S;
	while (!has_line(&stranger, "no_session")) {
		ck_assert(live_now_s() < until_s);
		trial_pause_ms(20);
	}
	ck_assert_uint_eq(trial_ask(&stranger, "node.get_status", "peers"), 0);
	height = trial_height(&trial.nodes[0]);
	trial_record(&trial, 0);
	trial_await(&trial.nodes[0], height + 5);
	ck_assert_uint_eq(trial_height(&stranger), 0);
	for (size_t i = 0; i < TRIAL_VALIDATORS; i++)
		ck_assert_uint_le(trial_ask(&trial.nodes[i], "node.get_status", "peers"),
		                  TRIAL_VALIDATORS - 1);
	live_node_stop(&stranger);
	live_node_remove(&stranger);
	trial_check(&trial);
	trial_end(&trial);
}
END_TEST

/* -- Clocks ----------------------------------------------------------------------------------------- */

#define FAKETIME "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"

/* The hour of day of the `count`th line that says that the node is ready. */
static int hour_of_start(const struct live_node *node, int count)
{
	double until_s = live_now_s() + TRIAL_PATIENCE_S;
	int found = 0, hour = -1;

	while (found < count) {
		FILE *file = fopen(node->log, "r");
		char line[2048];

		ck_assert_ptr_nonnull(file);
		ck_assert(live_now_s() < until_s);
		for (found = 0; fgets(line, sizeof line, file);)
			if (strstr(line, " node ready ")) {
				found++;
				(void)sscanf(line, "%*[^T]T%d", &hour);
			}
		fclose(file);
	}
	return hour;
}

/* The clock on the wall alone; time-outs last as long as ever. An hour ahead it proposes blocks
 * that the others do not vote for yet, an hour behind it does not vote for theirs: either way
 * three decide without it, and it has what they decide. */
START_TEST(a_clock_that_is_two_hours_off_stops_nobody)
{
	struct live_node *late = &trial.nodes[3];
	uint64_t height;
	int hours;

	if (access(FAKETIME, R_OK) != 0) {
		fprintf(stderr, "skipped: there is no libfaketime here\n");
		return;
	}
	setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1", 1);
	trial_begin(&trial);
	live_node_stop(late);
	snprintf(late->settings[0], sizeof late->settings[0], "LD_PRELOAD=%s", FAKETIME);
	snprintf(late->settings[1], sizeof late->settings[1], "FAKETIME=%s",
	         _i == 0 ? "+2h" : "-2h");
	live_node_restart(late);
	hours = (hour_of_start(late, 2) - hour_of_start(&trial.nodes[0], 1) + 24) % 24;
	ck_assert_int_ge(hours, _i == 0 ? 1 : 20);
	ck_assert_int_le(hours, _i == 0 ? 4 : 23);
	trial_record(&trial, 0);
	height = trial_height(&trial.nodes[0]);
	trial_await(&trial.nodes[0], height + 40);
	trial_await(late, height + 40);
	trial_check(&trial);
	trial_end(&trial);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("trials");
	TCase *cases = tcase_create("trials");

	tcase_add_test(cases, nothing_acknowledged_is_lost_whoever_is_killed_however_often);
	tcase_add_test(cases, a_start_may_be_cut_short_at_any_moment);
	tcase_add_test(cases, each_may_stand_still_in_turn);
	tcase_add_test(cases, two_that_stand_still_stop_the_others_until_they_go_on);
	tcase_add_test(cases, who_joins_late_has_everything_however_often_it_is_killed_on_the_way);
	tcase_add_loop_test(cases, a_validator_whose_disk_was_wiped_comes_back_and_votes, 0, 2);
	tcase_add_test(cases, a_node_with_another_genesis_meets_nobody);
	tcase_add_loop_test(cases, a_clock_that_is_two_hours_off_stops_nobody, 0, 2);
	suite_add_tcase(suite, cases);
	return suite;
}
