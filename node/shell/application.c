#include "node/shell/application.h"

#include "chain/crypto/cosign_key.h"
#include "node/shell/endpoint.h"
#include "node/shell/text_line.h"

static const struct text_line LINE = {
	.word = APPLICATION_WORD,
	.tag = "cairn/application/v1",
	.noun = "application",
	.command = "cairnd network apply",
	.size_max = APPLICATION_SIZE_MAX,
};

// clang-format off
WIRE_DEFINE(application, APPLICATION_FIELDS)
// clang-format on

void application_encode(struct buffer *text, const struct application *application)
{
	uint8_t bytes[APPLICATION_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);

	application_put(&out, application);
	text_line_encode(text, &LINE, bytes_view(bytes, sizeof bytes - out.left));
}

enum status application_read(struct application *application, struct buffer *payload,
                             struct bytes_view text, struct why *why)
{
	enum status status = text_line_decode(payload, &LINE, text, why);
	struct endpoint endpoint;

	if (status != STATUS_OK)
		return status;
	if (application_decode(application, buffer_view(payload)) == STATUS_OK &&
	    public_key_is_valid(&application->vote_key) &&
	    node_id_is_valid(&application->node_id) &&
	    endpoint_parse(&endpoint, application->address) == NULL)
		return STATUS_OK;
	return text_line_refuse(&LINE, why);
}
