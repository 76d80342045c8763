/* cairnd network create, and apply: who founds a network, and who wants to be a validator of it
 * from the first block on. */
#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "chain/crypto/address.h"
#include "node/shell/application.h"
#include "node/shell/network_inner.h"

#include <stdio.h>
#include <stdlib.h>

/* -- create ---------------------------------------------------------------------- */

/* What another organisation sent. */
struct applicant {
	struct application application; /* its address is the text below */
	char address[ADDRESS_SIZE_MAX + 1];
};

static enum status read_applicant(struct applicant *applicant, const char *word,
                                  struct why *why)
{
	struct application *application = &applicant->application;
	struct buffer text, payload;
	enum status status = network_read_text(&text, word, CONFIG_SIZE_MAX, why);

	buffer_init(&payload, 0);
	if (status == STATUS_OK)
		status = application_read(application, &payload, buffer_view(&text), why);
	if (status == STATUS_OK) {
		snprintf(applicant->address, sizeof applicant->address, "%.*s",
		         (int)application->address.size, (const char *)application->address.at);
		application->address = text_view(applicant->address);
	}
	buffer_close(&payload);
	buffer_close(&text);
	return status;
}

/* The founder's own node first; the others' are elsewhere. */
static enum status make(const struct network_request *request, struct init_member *members,
                        struct applicant *applicants, struct hash *genesis, struct why *why)
{
	struct init_network network = {
		.name = request->word,
		.is_permissioned = !request->is_open,
		.owners = request->owners,
		.owner_count = request->owner_count,
	};
	size_t count = request->application_count;
	enum status status = STATUS_OK;

	members[0] = network_member_of(request);
	members[0].is_validator = true;
	members[0].account = request->owners[0];
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		status = read_applicant(&applicants[i], request->applications[i], why);
		members[1 + i] = (struct init_member){
			.is_validator = true,
			.address = applicants[i].address,
			.application = &applicants[i].application,
		};
	}
	return status == STATUS_OK
	           ? node_init_network(members, 1 + count, &network, genesis, why)
	           : status;
}

int network_create(struct network_request *request)
{
	struct init_member members[VALIDATORS_MAX];
	struct applicant *applicants;
	char genesis_text[HASH_HEX_SIZE];
	struct why why = {{0}};
	struct hash genesis;
	enum status status;

	if (!request->word || !request->address || request->owner_count == 0)
		return network_usage("network create needs %s", "a name, --address and --account");
	applicants = memory_new((request->application_count + 1) * sizeof *applicants);
	status = applicants ? network_choose_listen(request, &why)
	                    : why_set(&why, STATUS_MEMORY, "found a network");
	if (status == STATUS_OK)
		status = network_choose_data_dir(request, request->word, &why);
	if (status == STATUS_OK)
		status = make(request, members, applicants, &genesis, &why);
	memory_free(applicants);
	if (status != STATUS_OK)
		return network_give_up(&why);
	hex_encode(genesis_text, hash_view(&genesis));
	printf("network %s\ngenesis %s\ndata    %s\nnext    cairnd run --data-dir %s\n"
	       "invite  cairnd network invite --data-dir %s\n",
	       request->word, genesis_text, request->data_dir, request->data_dir,
	       request->data_dir);
	return EXIT_SUCCESS;
}

/* -- apply ----------------------------------------------------------------------- */

static enum status print_application(const struct application *application,
                                     struct why *why)
{
	struct buffer line;
	enum status status;

	buffer_init(&line, CONFIG_SIZE_MAX);
	application_encode(&line, application);
	status = line.status;
	if (status == STATUS_OK)
		printf("%.*s\n", (int)line.size, (const char *)line.at);
	else
		why_set(why, status, "make an application");
	buffer_close(&line);
	return status;
}

int network_apply(struct network_request *request)
{
	struct application application = {0};
	struct endpoint endpoint;
	struct why why = {{0}};
	enum status status;

	if (request->word || !request->address || request->owner_count != 1)
		return network_usage("network apply needs %s", "--address and one --account");
	status = network_read_address(&endpoint, request->address, &why);
	if (status == STATUS_OK && address_decode(&application.account,
	                                          text_view(request->owners[0]),
	                                          &why) != STATUS_OK)
		status = why_add(&why, STATUS_MALFORMED, "the account '%.80s'",
		                 request->owners[0]);
	if (status == STATUS_OK)
		status = network_choose_data_dir(request, NETWORK_NAME_DEFAULT, &why);
	if (status == STATUS_OK)
		status = node_prepare(request->data_dir, &application, &why);
	if (status == STATUS_OK)
		network_tell_reach(&endpoint);
	application.address = text_view(request->address);
	if (status == STATUS_OK)
		status = print_application(&application, &why);
	if (status != STATUS_OK)
		return network_give_up(&why);
	fprintf(stderr,
	        "Send this line to who founds the network; with the invitation that comes back:\n"
	        "cairnd network join INVITATION --data-dir %s\n",
	        request->data_dir);
	return EXIT_SUCCESS;
}
