#include "node/shell/metrics.h"

#include <inttypes.h>

enum metric_unit { UNIT_ONE, UNIT_MS };

struct metric_row {
	const char *name;
	const char *type;
	enum metric_unit unit;
	const char *help;
};

static const struct metric_row ROWS[METRIC_COUNT] = {
#define METRIC_ROW(name, type, unit, help) {"cairn_" #name, #type, UNIT_##unit, help},
	METRIC_LIST(METRIC_ROW)
#undef METRIC_ROW
};

static void print_head(struct buffer *out, const char *name, const char *type,
                       const char *help)
{
	buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_print(const struct metrics *metrics, struct buffer *out)
{
	print_head(out, "cairn_build_info", "gauge", "1, with the program's version.");
	buffer_printf(out, "cairn_build_info{version=\"%s\"} 1\n", CAIRN_VERSION);
	for (size_t i = 0; i < METRIC_COUNT; i++) {
		const struct metric_row *row = &ROWS[i];
		uint64_t value = metrics->values[i];

		print_head(out, row->name, row->type, row->help);
		if (row->unit == UNIT_MS)
			buffer_printf(out, "%s %" PRIu64 ".%03" PRIu64 "\n", row->name, value / 1000,
			              value % 1000);
		else
			buffer_printf(out, "%s %" PRIu64 "\n", row->name, value);
	}
}

const char *metric_name(enum metric metric)
{
	return ROWS[metric].name;
}
