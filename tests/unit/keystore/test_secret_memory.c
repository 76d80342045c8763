/* Pages for secrets: what the kernel says of them. */
#include "tests/support/support.h"

#include "wallet-cli/keystore/secret_memory.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The VmFlags of the mapping that begins at `block`, from /proc/self/smaps (proc(5)). */
static void flags_of(char flags[256], const void *block)
{
	FILE *maps = fopen("/proc/self/smaps", "r");
	char line[512];
	char begins[32];
	bool found = false;

	ck_assert_ptr_nonnull(maps);
	snprintf(begins, sizeof begins, "%lx-", (unsigned long)(uintptr_t)block);
	flags[0] = '\0';
	while (fgets(line, sizeof line, maps)) {
		if (strncmp(line, begins, strlen(begins)) == 0)
			found = true;
		if (found && strncmp(line, "VmFlags:", 8) == 0) {
			snprintf(flags, 256, "%.250s", line + 8);
			break;
		}
	}
	fclose(maps);
}

/* Does mlock do anything here? A sanitizer's run time leaves it out. */
static bool mlock_locks(void)
{
	void *block =
	    mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char flags[256];

	ck_assert(block != MAP_FAILED);
	/* So that the kernel does not join it with a neighbour's mapping. */
	ck_assert_int_eq(madvise(block, 4096, MADV_DONTFORK), 0);
	ck_assert_int_eq(mlock(block, 4096), 0);
	flags_of(flags, block);
	munmap(block, 4096);
	return strstr(flags, " lo") != NULL;
}

START_TEST(a_secret_is_locked_into_memory_and_left_out_of_core_dumps)
{
	uint8_t *block = secret_memory_new(5000);
	char flags[256];

	ck_assert_ptr_nonnull(block);
	for (size_t i = 0; i < 5000; i++)
		ck_assert_uint_eq(block[i], 0);
	block[4999] = 1;
	flags_of(flags, block);
	ck_assert_msg(strstr(flags, " dd") != NULL, "not MADV_DONTDUMP:%s", flags);
	ck_assert_msg(strstr(flags, " wf") != NULL, "not MADV_WIPEONFORK:%s", flags);
	ck_assert_msg(strstr(flags, " lo") != NULL || !mlock_locks(), "not locked:%s", flags);
	secret_memory_free(block, 5000);
	secret_memory_free(NULL, 5000);
}
END_TEST

START_TEST(a_child_process_sees_no_secret)
{
	uint8_t *block = secret_memory_new(32);
	int result;
	pid_t child;

	ck_assert_ptr_nonnull(block);
	memset(block, 0xaa, 32);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		for (size_t i = 0; i < 32; i++)
			if (block[i] != 0)
				_exit(1);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &result, 0), child);
	ck_assert(WIFEXITED(result) && WEXITSTATUS(result) == 0);
	ck_assert_uint_eq(block[31], 0xaa);
	secret_memory_free(block, 32);
}
END_TEST

START_TEST(without_leave_to_lock_there_is_memory_all_the_same)
{
	struct rlimit none = {0, 0};
	uint8_t *block;

	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &none), 0);
	block = secret_memory_new(32);
	ck_assert_ptr_nonnull(block);
	block[31] = 1;
	secret_memory_free(block, 32);
}
END_TEST

START_TEST(no_size_is_too_large_to_be_refused)
{
	ck_assert_ptr_null(secret_memory_new(SIZE_MAX));
	ck_assert_ptr_null(secret_memory_new(SIZE_MAX / 2));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("secret_memory");
	TCase *tests = tcase_create("secret_memory");

	tcase_add_test(tests, a_secret_is_locked_into_memory_and_left_out_of_core_dumps);
	tcase_add_test(tests, a_child_process_sees_no_secret);
	tcase_add_test(tests, without_leave_to_lock_there_is_memory_all_the_same);
	tcase_add_test(tests, no_size_is_too_large_to_be_refused);
	suite_add_tcase(suite, tests);
	return suite;
}
