#include "node/shell/mailbox.h"
#include "tests/support/support.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { SENDERS = 4, LETTERS = 2000 };

struct numbered_letter {
	struct letter letter;
	int sender;
	int number;
};

struct reader {
	int next[SENDERS]; /* number expected of each sender */
	int opened;
};

static void open_numbered(void *owner, struct letter *letter)
{
	struct numbered_letter *numbered = (struct numbered_letter *)(void *)letter;
	struct reader *reader = owner;

	ck_assert_int_eq(numbered->number, reader->next[numbered->sender]);
	reader->next[numbered->sender]++;
	reader->opened++;
	free(numbered);
}

struct sender {
	pthread_t thread;
	struct mailbox *box;
	int number;
};

static void *send_all(void *argument)
{
	struct sender *sender = argument;

	for (int i = 0; i < LETTERS; i++) {
		struct numbered_letter *letter = calloc(1, sizeof *letter);

		ck_assert_ptr_nonnull(letter);
		letter->letter.open = open_numbered;
		letter->sender = sender->number;
		letter->number = i;
		mailbox_send(sender->box, &letter->letter);
	}
	return NULL;
}

static void start_senders(struct sender *senders, struct mailbox *box)
{
	for (int i = 0; i < SENDERS; i++) {
		senders[i] = (struct sender){.box = box, .number = i};
		ck_assert_int_eq(
			pthread_create(&senders[i].thread, NULL, send_all, &senders[i]), 0);
	}
}

static void join_senders(struct sender *senders)
{
	for (int i = 0; i < SENDERS; i++)
		pthread_join(senders[i].thread, NULL);
}

START_TEST(every_letter_is_opened_once_and_in_its_senders_order)
{
	struct sender senders[SENDERS];
	struct reader reader = {{0}, 0};
	struct post_thread post;

	ck_assert_int_eq(post_thread_start(&post, "reader", &reader, NULL), STATUS_OK);
	start_senders(senders, &post.box);
	join_senders(senders);
	/* What was sent before the stop is opened before the end. */
	post_thread_stop(&post);
	ck_assert_int_eq(reader.opened, SENDERS * LETTERS);
	post_thread_stop(&post);
}
END_TEST

struct bell {
	atomic_int count;
};

static void ring(void *argument)
{
	struct bell *bell = argument;

	atomic_fetch_add(&bell->count, 1);
}

START_TEST(a_loop_is_woken_for_the_first_letter_of_an_empty_box)
{
	struct numbered_letter letters[3] = {{{0}, 0, 0}};
	struct bell bell = {0};
	struct mailbox box;

	ck_assert_int_eq(mailbox_init(&box, ring, &bell, NULL), STATUS_OK);
	mailbox_send(&box, &letters[0].letter);
	mailbox_send(&box, &letters[1].letter);
	ck_assert_int_eq(atomic_load(&bell.count), 1);
	ck_assert_ptr_eq(mailbox_take_all(&box), &letters[0].letter);
	ck_assert_ptr_eq(letters[0].letter.next, &letters[1].letter);
	ck_assert_ptr_null(letters[1].letter.next);
	ck_assert_ptr_null(mailbox_take_all(&box));
	mailbox_send(&box, &letters[2].letter);
	ck_assert_int_eq(atomic_load(&bell.count), 2);
	mailbox_close(&box);
}
END_TEST

START_TEST(a_finished_box_gives_what_is_in_it_and_then_nothing)
{
	struct numbered_letter letter = {{0}, 0, 0};
	struct mailbox box;

	ck_assert_int_eq(mailbox_init(&box, NULL, NULL, NULL), STATUS_OK);
	mailbox_send(&box, &letter.letter);
	mailbox_finish(&box);
	ck_assert_ptr_eq(mailbox_wait(&box), &letter.letter);
	ck_assert_ptr_null(mailbox_wait(&box));
	mailbox_close(&box);
}
END_TEST

static void note_number(void *owner, struct letter *letter)
{
	int *sum = owner;

	*sum = *sum * 10 + ((struct numbered_letter *)(void *)letter)->number;
}

START_TEST(urgent_letters_go_first_and_in_their_order)
{
	/* Urgent are 1, 2 and 5; 3 is taken before 5 comes. */
	struct numbered_letter letters[7] = {{.number = 0}};
	struct mailbox box;
	int opened = 0;

	ck_assert_int_eq(mailbox_init(&box, NULL, NULL, NULL), STATUS_OK);
	for (int i = 0; i < 7; i++)
		letters[i] = (struct numbered_letter){.letter.open = note_number, .number = i};
	mailbox_send(&box, &letters[3].letter);
	mailbox_send_urgent(&box, &letters[1].letter);
	mailbox_send(&box, &letters[4].letter);
	mailbox_send_urgent(&box, &letters[2].letter);
	for (int i = 0; i < 3; i++) {
		struct letter *letter = mailbox_wait(&box);

		letter->open(&opened, letter);
	}
	ck_assert_int_eq(opened, 123);
	mailbox_send_urgent(&box, &letters[5].letter);
	mailbox_send(&box, &letters[6].letter);
	opened = 0;
	for (struct letter *letter = mailbox_take_all(&box); letter; letter = letter->next)
		letter->open(&opened, letter);
	ck_assert_int_eq(opened, 546);
	/* Into an empty box, and behind it. */
	mailbox_send_urgent(&box, &letters[1].letter);
	mailbox_send(&box, &letters[2].letter);
	opened = 0;
	for (struct letter *letter = mailbox_take_all(&box); letter; letter = letter->next)
		letter->open(&opened, letter);
	ck_assert_int_eq(opened, 12);
	mailbox_close(&box);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("mailbox");
	TCase *tests = tcase_create("mailbox");

	tcase_add_test(tests, every_letter_is_opened_once_and_in_its_senders_order);
	tcase_add_test(tests, a_loop_is_woken_for_the_first_letter_of_an_empty_box);
	tcase_add_test(tests, a_finished_box_gives_what_is_in_it_and_then_nothing);
	tcase_add_test(tests, urgent_letters_go_first_and_in_their_order);
	suite_add_tcase(suite, tests);
	return suite;
}
