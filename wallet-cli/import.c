#include "chain/base/text.h"
#include "wallet-cli/clock.h"
#include "wallet-cli/import_state.h"

#include <poll.h>
#include <signal.h>

enum {
	LINES_AT_ONCE = 2000, /* before the connections get their turn again */
	POLL_MS_MAX = 100,    /* between two looks at clocks and progress */
	POLL_MS_SHORT = 5,
	/* What a record takes in a transaction beside its line, and what surrounds them. */
	RECORD_OVERHEAD = 64,
	TX_OVERHEAD = 256,
};

/* -- Interruption -------------------------------------------------------------------- */

static volatile sig_atomic_t is_interrupted;

static void on_interrupt(int number)
{
	(void)number;
	is_interrupted = 1;
}

static void catch_interrupt(struct sigaction *before)
{
	struct sigaction action = {.sa_handler = on_interrupt};

	is_interrupted = 0;
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, before);
}

/* -- Items --------------------------------------------------------------------------- */

static void print_txid(struct import *import, const struct import_item *item)
{
	struct output *output = &import->session->output;
	char text[HASH_HEX_SIZE];

	if (!output->is_quiet || output->is_json)
		return;
	hex_encode(text, hash_view(&item->txid));
	output_line(output, text);
}

void import_end_item(struct import *import, struct import_item *item, enum import_end end,
                     const struct failure *failure)
{
	struct import_report *report = import->report;

	switch (end) {
	case IMPORT_FINAL:
		report->final_count += item->line_count;
		print_txid(import, item);
		break;
	case IMPORT_TAKEN:
		report->pending_count += item->line_count;
		print_txid(import, item);
		break;
	case IMPORT_FAILED:
		import_report_fail(report, item->line, item->line_count, failure);
		break;
	case IMPORT_UNKNOWN:
		report->unknown_count += item->line_count;
		break;
	}
	import->progress.count += item->line_count;
	import->progress.part += item->input_size;
	import->moved_ms = elapsing_ms();
	import->item_count--;
	import->byte_count -= import_item_bytes(item);
	if (item->tx_b64)
		HASH_DEL(import->by_txid, item);
	item->is_ended = true;
	if (item->state == IMPORT_PENDING)
		import_item_free(item);
}

/* -- Lines ----------------------------------------------------------------------------
 */

static enum exit_code no_memory(struct failure *failure)
{
	return failure_set(failure, EXIT_CODE_FAILURE, "out of memory");
}

/* The transaction being filled is full, or nothing more comes for now. */
static void finish_filling(struct import *import)
{
	struct import_item *item = import->filling;

	if (!item)
		return;
	import->filling = NULL;
	item->sequence = import->next_sequence++;
	import->item_count++;
	import->byte_count += import_item_bytes(item);
	import_signers_push(import->signers, item);
}

/* May the line go into the transaction being filled? */
static bool has_room(const struct import *import, size_t line_size)
{
	const struct import_plan *plan = import->plan;
	const struct import_item *item = import->filling;
	size_t overhead = RECORD_OVERHEAD + plan->key.size + plan->content_type.size;
	size_t count = (size_t)item->line_count + 1;

	return count <= plan->records_per_tx &&
	       item->text_size + line_size + count * overhead + TX_OVERHEAD <= TX_SIZE_MAX;
}

static enum exit_code add_line(struct import *import, struct bytes_view line,
                               size_t input_size, struct failure *failure)
{
	struct import_item *item;
	size_t needed;

	if (import->filling && !has_room(import, line.size))
		finish_filling(import);
	if (!import->filling)
		import->filling = import_item_new(import->input.line_count);
	item = import->filling;
	if (!item)
		return no_memory(failure);
	needed = item->text_size + line.size + 1;
	if (needed > item->text_capacity) {
		size_t capacity = import->plan->records_per_tx > 1 ? 2 * needed : needed;
		uint8_t *text = memory_resize(item->text, capacity);

		if (!text)
			return no_memory(failure);
		item->text = text;
		item->text_capacity = capacity;
	}
	if (line.size > 0)
		memcpy(item->text + item->text_size, line.at, line.size);
	item->text[needed - 1] = '\n';
	item->text_size = needed;
	item->line_count++;
	item->input_size += input_size;
	import->report->record_count++;
	if (item->line_count == import->plan->records_per_tx)
		finish_filling(import);
	return EXIT_CODE_OK;
}

static void refuse_long_line(struct import *import, size_t input_size)
{
	struct failure failure;

	failure_set(&failure, EXIT_CODE_REFUSED, "the line is longer than %d bytes",
	            IMPORT_LINE_MAX);
	import->report->record_count++;
	import->progress.count++;
	import->progress.part += input_size;
	import_report_fail(import->report, import->input.line_count, 1, &failure);
}

static bool is_blank(struct bytes_view line)
{
	for (size_t i = 0; i < line.size; i++)
		if (line.at[i] != ' ' && line.at[i] != '\t' && line.at[i] != '\r')
			return false;
	return true;
}

static bool has_window(const struct import *import)
{
	return import->item_count < IMPORT_TXS_MAX && import->byte_count < IMPORT_BYTES_MAX;
}

/* All lines that were read, as far as the window reaches. *more: read on. */
static enum exit_code take_lines(struct import *import, bool *more,
                                 struct failure *failure)
{
	*more = false;
	for (size_t i = 0; i < LINES_AT_ONCE && has_window(import); i++) {
		struct bytes_view line;
		size_t size;
		enum exit_code exit_code = EXIT_CODE_OK;

		switch (import_input_next(&import->input, &line, &size)) {
		case IMPORT_LINE:
			if (import->plan->is_jsonl && is_blank(line))
				import->progress.part += size;
			else
				exit_code = add_line(import, line, size, failure);
			break;
		case IMPORT_LINE_TOO_LONG:
			refuse_long_line(import, size);
			break;
		case IMPORT_LINE_LATER:
			*more = true;
			return EXIT_CODE_OK;
		case IMPORT_LINE_END:
			finish_filling(import);
			return EXIT_CODE_OK;
		}
		if (exit_code != EXIT_CODE_OK)
			return exit_code;
	}
	return EXIT_CODE_OK;
}

static bool is_readable(int descriptor)
{
	struct pollfd wanted = {.fd = descriptor, .events = POLLIN};

	return poll(&wanted, 1, 0) == 1;
}

static enum exit_code read_input(struct import *import, struct failure *failure)
{
	struct why why = {{0}};
	bool more;
	enum exit_code exit_code = take_lines(import, &more, failure);

	if (exit_code != EXIT_CODE_OK || !more)
		return exit_code;
	if (!is_readable(import->input.descriptor)) {
		/* Who writes the lines by hand wants to see them go. */
		finish_filling(import);
		return EXIT_CODE_OK;
	}
	if (import_input_read(&import->input, &why) != STATUS_OK)
		return failure_set(failure, EXIT_CODE_FAILURE, "%s", why.text);
	return take_lines(import, &more, failure);
}

/* -- What the threads made -------------------------------------------------------------
 */

static void fail_item(struct import *import, struct import_item *item)
{
	struct failure no_room;

	if (!item->failure)
		no_memory(&no_room);
	import_end_item(import, item, IMPORT_FAILED,
	                item->failure ? item->failure : &no_room);
	import_item_free(item);
}

static void take_signed(struct import *import)
{
	struct import_queue made = {0};
	struct import_item *item;

	import_signers_take(import->signers, &made);
	while ((item = import_queue_pop(&made))) {
		if (!item->tx_b64) {
			fail_item(import, item);
			continue;
		}
		HASH_ADD(hh, import->by_txid, txid, sizeof item->txid, item);
		if (!table_has(item)) {
			memory_free(item->tx_b64);
			item->tx_b64 = NULL;
			fail_item(import, item);
			continue;
		}
		import_queue_push(&import->signed_items, item);
	}
}

/* -- The loop --------------------------------------------------------------------------
 */

static enum exit_code take_answers(struct import *import, struct failure *failure)
{
	enum exit_code exit_code = EXIT_CODE_OK;
	CURLMsg *message;
	int left, running;

	curl_multi_perform(import->multi, &running);
	while (exit_code == EXIT_CODE_OK &&
	       (message = curl_multi_info_read(import->multi, &left))) {
		CURL *handle = message->easy_handle;
		CURLcode code = message->data.result;

		if (message->msg == CURLMSG_DONE && !import_follower_on_end(import, handle, code))
			(void)!import_sender_on_end(import, handle, code, &exit_code, failure);
	}
	return exit_code;
}

static bool input_is_over(const struct import *import)
{
	return import->input.is_at_end && import->input.size == 0 && !import->filling;
}

static void wait_for_something(struct import *import, uint64_t now_ms)
{
	struct curl_waitfd input = {.fd = import->input.descriptor,
	                            .events = CURL_WAIT_POLLIN};
	bool wants_input = has_window(import) && !import->input.is_at_end;
	uint64_t due_ms = now_ms + POLL_MS_MAX;
	const struct import_follower *follower = &import->follower;

	/* Lines that were read but not taken: nothing to wait for. */
	if (has_window(import) && (import->input.size > import->input.scanned ||
	                           (import->input.is_at_end && !input_is_over(import))))
		return;
	if (import->by_txid && follower->asking == FOLLOW_IDLE && follower->due_ms < due_ms)
		due_ms = follower->due_ms > now_ms ? follower->due_ms : now_ms;
	if (import->signed_items.first && import->sender.paused_until_ms > now_ms &&
	    import->sender.paused_until_ms < due_ms)
		due_ms = import->sender.paused_until_ms;
	if (import->signed_items.first && import->sender.busy_count > 0 &&
	    due_ms > now_ms + POLL_MS_SHORT)
		due_ms = now_ms + POLL_MS_SHORT;
	curl_multi_poll(import->multi, &input, wants_input ? 1 : 0, (int)(due_ms - now_ms),
	                NULL);
}

/* Nothing on its way has moved for too long. */
static bool is_stuck(const struct import *import, uint64_t now_ms)
{
	return import->item_count > 0 && now_ms > import->moved_ms + import->plan->timeout_ms;
}

static enum exit_code run_loop(struct import *import, struct failure *failure)
{
	enum exit_code exit_code = EXIT_CODE_OK;

	while (exit_code == EXIT_CODE_OK && !is_interrupted) {
		uint64_t now_ms = elapsing_ms();

		if (import->item_count == 0)
			import->moved_ms = now_ms; /* an input that is slow is not stuck */
		if (!import->input.is_at_end || !input_is_over(import))
			exit_code = read_input(import, failure);
		take_signed(import);
		import_sender_start(import, now_ms);
		import_follower_start(import, now_ms);
		if (exit_code == EXIT_CODE_OK)
			exit_code = take_answers(import, failure);
		if ((import->item_count == 0 && input_is_over(import)) ||
		    is_stuck(import, now_ms))
			break;
		progress_show(&import->progress, now_ms);
		wait_for_something(import, now_ms);
	}
	return exit_code;
}

/* -- Beginning and end ------------------------------------------------------------------
 */

static void wake(void *multi)
{
	curl_multi_wakeup(multi);
}

/* The height before anything is sent: what we send can only be in later blocks. */
static enum exit_code ask_height(struct session *session, uint64_t *height)
{
	json_t *head;
	enum exit_code exit_code = session_call(session, &head, "chain.get_head", NULL);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	*height = (uint64_t)json_integer_value(json_object_get(head, "height"));
	json_decref(head);
	return EXIT_CODE_OK;
}

static enum exit_code start(struct import *import, struct failure *failure)
{
	struct session *session = import->session;
	struct why why = {{0}};
	uint64_t height = 0;
	enum exit_code exit_code = ask_height(session, &height);

	if (exit_code != EXIT_CODE_OK) {
		*failure = session->failure;
		return exit_code;
	}
	import->multi = curl_multi_init();
	if (!import->multi ||
	    import_input_init(&import->input, import->plan->descriptor) != STATUS_OK)
		return no_memory(failure);
	exit_code = import_sender_init(&import->sender, import->multi,
	                               import->plan->is_unordered ? IMPORT_CONNECTIONS : 1,
	                               &session->address, failure);
	if (exit_code == EXIT_CODE_OK)
		exit_code = import_follower_init(&import->follower, import->multi, height,
		                                 &session->address, failure);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	import->signers =
		import_signers_new(import->plan, session->keystore, wake, import->multi, &why);
	if (!import->signers)
		return failure_set(failure, EXIT_CODE_FAILURE, "%s", why.text);
	import->progress = output_progress(&session->output, "records", elapsing_ms());
	import->progress.whole = import->input.whole;
	return EXIT_CODE_OK;
}

/* Never sent; the last "not now" is why. */
static void end_unsent(struct import *import, struct import_item *item)
{
	struct failure failure = import->sender.not_now;

	if (is_interrupted || failure.exit_code == EXIT_CODE_OK)
		failure_set(&failure, EXIT_CODE_FAILURE, "not sent");
	import_end_item(import, item, IMPORT_FAILED,
	                item->failure ? item->failure : &failure);
}

/* Of what is left over: may it be in the ledger? */
static void sort_leftovers(struct import *import)
{
	struct import_item *item, *next;
	struct import_queue left = {0};

	/* Also the lines of a transaction that was not full. */
	finish_filling(import);
	import_signers_free(import->signers, &left);
	import->signers = NULL;
	HASH_ITER (hh, import->by_txid, item, next) {
		if (item->state == IMPORT_PENDING || item->state == IMPORT_SENDING ||
		    item->may_be_sent)
			import_end_item(import, item, IMPORT_UNKNOWN, NULL);
		else
			end_unsent(import, item);
	}
	while ((item = import_queue_pop(&left))) {
		/* It never got into the table of txids. */
		memory_free(item->tx_b64);
		item->tx_b64 = NULL;
		end_unsent(import, item);
		import_item_free(item);
	}
}

static void stop(struct import *import)
{
	struct import_item *item;

	import_sender_close(&import->sender);
	import_follower_close(&import->follower);
	while ((item = import_queue_pop(&import->signed_items)))
		import_item_free(item);
	import_item_free(import->filling);
	import_input_close(&import->input);
	if (import->multi)
		curl_multi_cleanup(import->multi);
}

enum exit_code import_run(struct import_report *report, const struct import_plan *plan,
                          struct session *session)
{
	struct import *import = memory_new(sizeof *import);
	struct failure *failure = &session->failure;
	uint64_t started_ms = elapsing_ms();
	struct sigaction before;
	enum exit_code exit_code;

	if (!import)
		return no_memory(failure);
	import->plan = plan;
	import->session = session;
	import->report = report;
	import->moved_ms = started_ms;
	exit_code = start(import, failure);
	if (exit_code == EXIT_CODE_OK) {
		catch_interrupt(&before);
		exit_code = run_loop(import, failure);
		sort_leftovers(import);
		sigaction(SIGINT, &before, NULL);
		progress_clear(&import->progress);
	}
	report->elapsed_ms = elapsing_ms() - started_ms;
	stop(import);
	memory_free(import);
	return exit_code;
}
