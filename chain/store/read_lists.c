/* Lists: names in order of their bytes, and numbered lists, up and down. */
#include "chain/store/reading.h"

/* A visit that comes to its end early leaves through here: what failed first is what
 * counts. */
static enum status close_scan(struct scan *scan, enum status status, struct why *why)
{
	enum status closed = scan_close(scan, status == STATUS_OK ? why : NULL);

	return status == STATUS_OK ? closed : status;
}

/* -- Names ------------------------------------------------------------------------- */

static struct row_key list_head(enum store_list list, const struct hash *of)
{
	static const enum index_kind KINDS[] = {
		[STORE_STREAMS] = INDEX_STREAM_NAME,
		[STORE_ASSETS] = INDEX_ASSET_NAME,
		[STORE_ACCOUNT_ASSETS] = INDEX_ACCOUNT_ASSET,
		[STORE_STREAM_KEYS] = INDEX_STREAM_KEY,
	};
	struct row_key key = row_key_of_index(KINDS[list]);

	if (list == STORE_ACCOUNT_ASSETS || list == STORE_STREAM_KEYS)
		row_key_add_hash(&key, of);
	return key;
}

/* The first row of a list that counts. */
static struct row_key list_least(const struct row_key *head, struct bytes_view prefix,
                                 struct bytes_view after)
{
	static const uint8_t ZERO[1];
	struct row_key from_prefix = *head;
	struct row_key from_after = *head;

	row_key_add(&from_prefix, prefix);
	if (after.size == 0)
		return from_prefix;
	/* Nothing in a list is longer than a record key, so what is above the beginning of
	 * `after` is above all of it. The least string above is that with a zero behind. */
	if (after.size > RECORD_KEY_SIZE_MAX)
		after.size = RECORD_KEY_SIZE_MAX;
	row_key_add(&from_after, after);
	row_key_add(&from_after, bytes_view(ZERO, sizeof ZERO));
	return row_key_compare(&from_after, &from_prefix) > 0 ? from_after : from_prefix;
}

enum status store_list_names(struct store_view *view, enum store_list list,
                             const struct hash *of, struct bytes_view prefix,
                             struct bytes_view after, size_t limit,
                             bool (*visit)(void *owner, struct bytes_view name,
                                           struct bytes_view value),
                             void *owner, struct why *why)
{
	struct row_key head = list_head(list, of);
	struct row_key least, end;
	struct bytes_view key, value;
	struct scan scan;

	if (prefix.size > RECORD_KEY_SIZE_MAX)
		return STATUS_OK;
	least = list_least(&head, prefix, after);
	end = head;
	row_key_add(&end, prefix);
	if (!row_key_after_all(&end))
		return STATUS_OK;
	scan_up(&scan, view->store, view->snapshot, FAMILY_INDEX, &least, &end);
	for (size_t i = 0; i < limit && scan_has(&scan, &key, &value); i++) {
		struct bytes_view name = bytes_view(key.at + head.size, key.size - head.size);

		if (!visit(owner, name, value))
			break;
		scan_next(&scan);
	}
	return close_scan(&scan, STATUS_OK, why);
}

/* -- Versions of a key ------------------------------------------------------------- */

enum status store_list_versions(struct store_view *view, const struct hash *stream,
                                struct bytes_view key, const struct store_range *range,
                                bool (*visit)(void *owner,
                                              const struct store_version *version),
                                void *owner, struct why *why)
{
	struct row_key head = row_key_of_index(INDEX_KEY_VERSION);
	struct row_key least, from, end;
	struct bytes_view row_key, value;
	enum status status = STATUS_OK;
	struct scan scan;

	if (key.size > RECORD_KEY_SIZE_MAX)
		return STATUS_OK;
	row_key_add_hash(&head, stream);
	row_key_add_sized(&head, key);
	least = from = end = head;
	row_key_add_number(&least, 0);
	row_key_add_number(&from, range->from);
	row_key_add_number(&end, UINT64_MAX);
	if (range->direction == STORE_UP)
		scan_up(&scan, view->store, view->snapshot, FAMILY_INDEX, &from, &end);
	else
		scan_down(&scan, view->store, view->snapshot, FAMILY_INDEX, &least, &from);
	for (size_t i = 0;
	     i < range->limit && status == STATUS_OK && scan_has(&scan, &row_key, &value);
	     i++) {
		struct store_version version;

		if (row_key.size != head.size + 8 ||
		    number_row_decode(&version.position, value) != STATUS_OK) {
			status = database_row_is_damaged(FAMILY_INDEX, why);
			break;
		}
		version.version = get_be64(row_key.at + head.size);
		if (!visit(owner, &version))
			break;
		scan_next(&scan);
	}
	return close_scan(&scan, status, why);
}

/* -- Runs -------------------------------------------------------------------------- */

/* Where one list of runs lies: the rows that begin with `head` and end in a number. */
struct run_list {
	enum run_kind kind;
	enum family family;
	struct row_key head;
};

/* The row that holds item `number`, if it exists, is the last one not above it. Going up
 * starts there too: it may hold items above. */
static enum status find_start(struct store_view *view, const struct run_list *list,
                              uint64_t number, struct row_key *start, bool *found,
                              struct why *why)
{
	struct row_key least = list->head;
	struct row_key from = list->head;
	struct bytes_view key, value;
	struct scan scan;

	row_key_add_number(&least, 0);
	row_key_add_number(&from, number);
	scan_down(&scan, view->store, view->snapshot, list->family, &least, &from);
	*found = scan_has(&scan, &key, &value);
	start->size = 0;
	row_key_add(start, *found ? key : row_key_view(&from));
	return scan_close(&scan, why);
}

struct run_visit {
	const struct store_range *range;
	size_t count; /* so far */
	bool (*visit)(void *owner, const struct run_item *item);
	void *owner;
};

/* False: enough. */
static bool visit_item(struct run_visit *visit, const struct run *run, size_t index)
{
	struct run_item item = run_item_at(run, index);

	if (visit->count == visit->range->limit)
		return false;
	visit->count++;
	return visit->visit(visit->owner, &item);
}

static bool visit_run_up(struct run_visit *visit, const struct run *run)
{
	for (size_t i = run_count_below(run, visit->range->from); i < run->count; i++)
		if (!visit_item(visit, run, i))
			return false;
	return true;
}

static bool visit_run_down(struct run_visit *visit, const struct run *run)
{
	uint64_t from = visit->range->from;
	size_t i = from == UINT64_MAX ? run->count : run_count_below(run, from + 1);

	while (i-- > 0)
		if (!visit_item(visit, run, i))
			return false;
	return true;
}

static enum status list_runs(struct store_view *view, const struct run_list *list,
                             struct run_visit *visit, struct why *why)
{
	struct row_key least = list->head;
	struct row_key end = list->head;
	struct row_key start;
	struct bytes_view key, value;
	struct scan scan;
	bool up = visit->range->direction == STORE_UP;
	bool found;
	enum status status = find_start(view, list, visit->range->from, &start, &found, why);

	if (status != STATUS_OK)
		return status;
	row_key_add_number(&least, 0);
	row_key_add_number(&end, UINT64_MAX);
	if (up)
		scan_up(&scan, view->store, view->snapshot, list->family, &start, &end);
	else
		scan_down(&scan, view->store, view->snapshot, list->family, &least, &start);
	while (scan_has(&scan, &key, &value)) {
		struct run run;

		if (run_decode(&run, list->kind, key, value) != STATUS_OK) {
			status = database_row_is_damaged(list->family, why);
			break;
		}
		if (!(up ? visit_run_up(visit, &run) : visit_run_down(visit, &run)))
			break;
		scan_next(&scan);
	}
	return close_scan(&scan, status, why);
}

static struct run_list stream_runs(const struct hash *stream)
{
	return (struct run_list){
		.kind = RUN_STREAM,
		.family = FAMILY_STREAM,
		.head = row_key_of_hash(stream),
	};
}

/* -- Records of a stream ----------------------------------------------------------- */

struct record_visit {
	bool (*visit)(void *owner, const struct store_record *record);
	void *owner;
};

static bool visit_record(void *owner, const struct run_item *item)
{
	const struct record_visit *visit = owner;
	struct store_record record = {
		.position = item->number,
		.log_index = item->log_index,
		.operation = item->operation,
	};

	return visit->visit(visit->owner, &record);
}

enum status store_list_records(struct store_view *view, const struct hash *stream,
                               const struct store_range *range,
                               bool (*visit)(void *owner,
                                             const struct store_record *record),
                               void *owner, struct why *why)
{
	struct run_list list = stream_runs(stream);
	struct record_visit record_visit = {.visit = visit, .owner = owner};
	struct run_visit run_visit = {
		.range = range,
		.visit = visit_record,
		.owner = &record_visit,
	};

	return list_runs(view, &list, &run_visit, why);
}

enum status store_find_record(struct store_view *view, const struct hash *stream,
                              uint64_t position, struct store_record *record,
                              struct why *why)
{
	struct run_list list = stream_runs(stream);
	struct bytes_view value = {0};
	struct run_item item;
	struct row_key key;
	struct run run;
	bool found;
	enum status status = find_start(view, &list, position, &key, &found, why);

	if (status != STATUS_OK || !found)
		return status == STATUS_OK ? STATUS_NOT_FOUND : status;
	status = view_get(view, FAMILY_STREAM, &key, &value, why);
	if (status == STATUS_NOT_FOUND ||
	    (status == STATUS_OK &&
	     run_decode(&run, RUN_STREAM, row_key_view(&key), value) != STATUS_OK))
		return database_row_is_damaged(FAMILY_STREAM, why);
	if (status != STATUS_OK)
		return status;
	if (position - run.first >= run.count)
		return STATUS_NOT_FOUND;
	item = run_item_at(&run, (size_t)(position - run.first));
	*record = (struct store_record){
		.position = position,
		.log_index = item.log_index,
		.operation = item.operation,
	};
	return STATUS_OK;
}

/* -- Lists of numbers -------------------------------------------------------------- */

struct number_visit {
	bool (*visit)(void *owner, uint64_t number);
	void *owner;
};

static bool visit_number(void *owner, const struct run_item *item)
{
	const struct number_visit *visit = owner;

	return visit->visit(visit->owner, item->number);
}

static enum status list_numbers(struct store_view *view, const struct run_list *list,
                                const struct store_range *range,
                                bool (*visit)(void *owner, uint64_t number), void *owner,
                                struct why *why)
{
	struct number_visit number_visit = {.visit = visit, .owner = owner};
	struct run_visit run_visit = {
		.range = range,
		.visit = visit_number,
		.owner = &number_visit,
	};

	return list_runs(view, list, &run_visit, why);
}

enum status store_list_author(struct store_view *view, const struct hash *stream,
                              const struct hash *author, const struct store_range *range,
                              bool (*visit)(void *owner, uint64_t position), void *owner,
                              struct why *why)
{
	struct run_list list = {
		.kind = RUN_AUTHOR,
		.family = FAMILY_INDEX,
		.head = row_key_of_index(INDEX_AUTHOR),
	};

	row_key_add_hash(&list.head, stream);
	row_key_add_hash(&list.head, author);
	return list_numbers(view, &list, range, visit, owner, why);
}

enum status store_list_account(struct store_view *view, const struct hash *account,
                               const struct store_range *range,
                               bool (*visit)(void *owner, uint64_t log_index),
                               void *owner, struct why *why)
{
	struct run_list list = {
		.kind = RUN_ACCOUNT,
		.family = FAMILY_ACCOUNT,
		.head = row_key_of_hash(account),
	};

	return list_numbers(view, &list, range, visit, owner, why);
}
