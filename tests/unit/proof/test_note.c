/* Signed notes and their keys. The first note is the example of c2sp.org/signed-note,
 * whose key is not published; the second has the key of golang.org/x/mod/sumdb/note's
 * example. */
#include "chain/base/text.h"
#include "chain/proof/note.h"
#include "tests/support/support.h"

#include <stdlib.h>

static const char EXAMPLE[] = "Ognuno sta solo sul cuor della terra\n"
							  "trafitto da un raggio di sole:\n"
							  "\n"
							  "ed \xc3\xa8 subito sera.\n"
							  "\n"
							  "\xe2\x80\x94 quasimodo.example/salvatore "
							  "NnugSzTjtVAewIS+Z/iJhUPeFDkO/"
                              "5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRw"
							  "NtIc=\n";

static const char PETERNEUMANN_KEY[] =
	"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char PETERNEUMANN_NOTE[] =
	"If you think cryptography is the answer to your problem,\n"
	"then you don't know what your problem is.\n"
	"\n"
	"\xe2\x80\x94 PeterNeumann "
	"x08go/ZJkuBS9UG/"
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBw"
	"JnAM=\n";

static struct note note;
static struct why why;

static enum status decode(const char *text)
{
	return note_decode(&note, text_view(text), &why);
}

START_TEST(the_example_of_the_specification_is_read)
{
	struct bytes_view left;
	struct note_signature signature;

	ck_assert_int_eq(decode(EXAMPLE), STATUS_OK);
	/* the last empty line separates, not the first; the text ends with its newline */
	ck_assert_uint_eq(note.text.size,
	                  (size_t)(strstr(EXAMPLE, "\n\n\xe2") + 1 - EXAMPLE));
	ck_assert_uint_eq(note.signature_count, 1);
	left = note.signatures;
	ck_assert(note_next_signature(&signature, &left));
	ck_assert(bytes_equal(signature.name, text_view("quasimodo.example/salvatore")));
	ck_assert_uint_eq(signature.key_id, 0x367ba04b);
	ck_assert(!note_next_signature(&signature, &left));
}
END_TEST

START_TEST(a_note_of_another_program_is_verified)
{
	struct bytes_view left;
	struct note_signature signature;
	struct note_key key;

	ck_assert_int_eq(note_key_decode(&key, text_view(PETERNEUMANN_KEY), &why), STATUS_OK);
	ck_assert_int_eq(decode(PETERNEUMANN_NOTE), STATUS_OK);
	left = note.signatures;
	ck_assert(note_next_signature(&signature, &left));
	ck_assert_uint_eq(signature.key_id, key.id);
	ck_assert(bytes_equal(signature.name, key.name));
	ck_assert(note_signature_is_valid(&signature, &key, note.text));
	note.text.size--;
	ck_assert(!note_signature_is_valid(&signature, &key, note.text));
}
END_TEST

START_TEST(a_key_is_written_as_it_was_read)
{
	struct note_key key;
	struct buffer out;

	buffer_init(&out, NOTE_KEY_TEXT_SIZE_MAX);
	ck_assert_int_eq(note_key_decode(&key, text_view(PETERNEUMANN_KEY), &why), STATUS_OK);
	note_key_put(&out, &key);
	ck_assert(bytes_equal(buffer_view(&out), text_view(PETERNEUMANN_KEY)));
	buffer_close(&out);
}
END_TEST

START_TEST(keys_that_are_none_are_refused)
{
	static const struct {
		const char *text;
		enum status status;
	} keys[] = {
		{"", STATUS_MALFORMED},
		{"PeterNeumann", STATUS_MALFORMED},
		{"PeterNeumann+c74f20a3", STATUS_MALFORMED},
		{"+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", STATUS_MALFORMED},
		/* another id, another name */
		{"PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	     STATUS_MALFORMED},
		{"PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	     STATUS_MALFORMED},
		{"PeterNeumann+c74f20a+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	     STATUS_MALFORMED},
		{"Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	     STATUS_MALFORMED},
		/* of ECDSA, of another size, too long */
		{"PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	     STATUS_FOREIGN},
		{"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy1w==",
	     STATUS_FOREIGN},
		{"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWAAAA",
	     STATUS_FOREIGN},
		{"PeterNeumann+c74f20a3+", STATUS_MALFORMED},
		{"PeterNeumann+c74f20a3+A", STATUS_MALFORMED},
	};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct note_key key;

		ck_assert_msg(note_key_decode(&key, text_view(keys[i].text), &why) ==
		                  keys[i].status,
		              "%s: %s", keys[i].text, why.text);
	}
}
END_TEST

START_TEST(key_names_have_no_spaces_of_any_kind)
{
	static const char *const bad[] = {"",
	                                  "a b",
	                                  "a+b",
	                                  "a\tb",
	                                  "a\nb",
	                                  "a\xc2\x85"
	                                  "b",
	                                  "a\xc2\xa0"
	                                  "b",
	                                  "a\xe1\x9a\x80",
	                                  "\xe2\x80\x83",
	                                  "a\xe2\x80\xa8",
	                                  "a\xe2\x81\x9f",
	                                  "\xe3\x80\x80z",
	                                  "a\xff"};
	static const char *const good[] = {"a", "cairn/x/0f", "\xe2\x82\xac", "\xe2\x80\x94",
	                                   "a\xc2\xa1"};
	char longest[NOTE_KEY_NAME_SIZE_MAX + 1];

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(!note_key_name_is_valid(text_view(bad[i])), "%zu", i);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		ck_assert_msg(note_key_name_is_valid(text_view(good[i])), "%zu", i);
	memset(longest, 'a', sizeof longest);
	ck_assert(!note_key_name_is_valid(bytes_view(longest, sizeof longest)));
	ck_assert(note_key_name_is_valid(bytes_view(longest, sizeof longest - 1)));
}
END_TEST

START_TEST(notes_that_are_none_are_refused)
{
	static const char *const bad[] = {
		"",
		"\n",
		"\n\n",
		"text\n",
		"text\n\n",                           /* no signature */
		"text\n\xe2\x80\x94 a AAAAAAA=\n",    /* no empty line */
		"text\n\n\xe2\x80\x94 a AAAAAAA=",    /* no end */
		"text\n\n- a AAAAAAA=\n",             /* another dash */
		"text\n\n\xe2\x80\x94  a AAAAAAA=\n", /* two spaces: an empty name */
		"text\n\n\xe2\x80\x94 a  AAAAAAA=\n",
		"text\n\n\xe2\x80\x94 a+b AAAAAAA=\n",
		"text\n\n\xe2\x80\x94 a AAAAAA==\n", /* four bytes: an id alone */
		"text\n\n\xe2\x80\x94 a AAAAAAB=\n", /* bits that are not used */
		"text\n\n\xe2\x80\x94 a AAAAAAA=AAAA\n",
		"text\n\n\xe2\x80\x94 a AAAAAAA= \n",
		"text\n\n\xe2\x80\x94 a AAAAAAA=\ntext\n",
		"te\txt\n\n\xe2\x80\x94 a AAAAAAA=\n",  /* a control character */
		"te\xfft\n\n\xe2\x80\x94 a AAAAAAA=\n", /* no UTF-8 */
		"text\r\n\r\n\xe2\x80\x94 a AAAAAAA=\r\n",
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(decode(bad[i]) == STATUS_MALFORMED, "%zu", i);
	ck_assert_int_eq(decode("text\n\n\xe2\x80\x94 a AAAAAAA=\n"), STATUS_OK);
	/* an empty text and a text of empty lines are texts */
	ck_assert_int_eq(decode("\n\n\xe2\x80\x94 a AAAAAAA=\n"), STATUS_OK);
	ck_assert_uint_eq(note.text.size, 1);
}
END_TEST

START_TEST(a_note_may_have_many_signatures_and_no_more)
{
	struct buffer text;

	buffer_init(&text, NOTE_SIZE_MAX + 1);
	buffer_append_text(&text, "text\n\n");
	for (int i = 0; i < NOTE_SIGNATURES_MAX; i++) {
		/* of a kind that is not known here, of 5,000 bytes and of 5 */
		uint8_t bytes[128] = {(uint8_t)i};

		note_signature_put(&text, text_view("w"), (uint32_t)i,
		                   bytes_view(bytes, 1 + (size_t)i % 128));
	}
	ck_assert_int_eq(note_decode(&note, buffer_view(&text), &why), STATUS_OK);
	ck_assert_uint_eq(note.signature_count, NOTE_SIGNATURES_MAX);
	note_signature_put(&text, text_view("w"), 7, text_view("x"));
	ck_assert_int_eq(note_decode(&note, buffer_view(&text), &why), STATUS_TOO_LARGE);
	buffer_clear(&text);
	while (text.status == STATUS_OK && text.size <= NOTE_SIZE_MAX)
		buffer_append_text(&text, "a");
	ck_assert_int_eq(note_decode(&note, buffer_view(&text), &why), STATUS_TOO_LARGE);
	buffer_close(&text);
}
END_TEST

/* Signatures of five kilobytes will come: c2sp.org/signed-note. */
START_TEST(a_long_signature_of_a_stranger_is_passed_over)
{
	static uint8_t bytes[5000];
	struct buffer text;
	struct bytes_view left;
	struct note_signature signature;
	uint8_t own[64];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7);
	buffer_init(&text, NOTE_SIZE_MAX);
	buffer_append_text(&text, "text\n\n\xe2\x80\x94 pq ");
	buffer_append_base64(&text, bytes_view(bytes, sizeof bytes));
	buffer_append_text(&text, "\n");
	ck_assert_int_eq(note_decode(&note, buffer_view(&text), &why), STATUS_OK);
	left = note.signatures;
	ck_assert(note_next_signature(&signature, &left));
	ck_assert(!note_signature_bytes(own, sizeof own, &signature));
	/* a digit in the middle of it that is none */
	text.at[3000] = '*';
	ck_assert_int_eq(note_decode(&note, buffer_view(&text), &why), STATUS_MALFORMED);
	text.at[3000] = '=';
	ck_assert_int_eq(note_decode(&note, buffer_view(&text), &why), STATUS_MALFORMED);
	buffer_close(&text);
}
END_TEST

START_TEST(every_cut_of_a_note_is_refused)
{
	for (size_t size = 0; size < sizeof EXAMPLE - 1; size++) {
		uint8_t *bytes = malloc(size + 1);

		memcpy(bytes, EXAMPLE, size);
		ck_assert_int_ne(note_decode(&note, bytes_view(bytes, size), &why), STATUS_OK);
		free(bytes);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("signed notes");
	TCase *tests = tcase_create("signed notes");

	tcase_add_test(tests, the_example_of_the_specification_is_read);
	tcase_add_test(tests, a_note_of_another_program_is_verified);
	tcase_add_test(tests, a_key_is_written_as_it_was_read);
	tcase_add_test(tests, keys_that_are_none_are_refused);
	tcase_add_test(tests, key_names_have_no_spaces_of_any_kind);
	tcase_add_test(tests, notes_that_are_none_are_refused);
	tcase_add_test(tests, a_note_may_have_many_signatures_and_no_more);
	tcase_add_test(tests, a_long_signature_of_a_stranger_is_passed_over);
	tcase_add_test(tests, every_cut_of_a_note_is_refused);
	suite_add_tcase(suite, tests);
	return suite;
}
