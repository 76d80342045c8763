#include "wallet-cli/node_address.h"

#include "chain/base/memory.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_NAME    "rpc.sock"
#define COOKIE_NAME    "rpc.cookie"
#define SOCKET_URL     "http://localhost/"
#define SERVICE_FOLDER "/var/lib/cairn"

static enum exit_code too_long(struct failure *failure, const char *path)
{
	return failure_set(failure, EXIT_CODE_USAGE, "the path %.200s is too long", path);
}

bool person_folder(char path[NODE_PATH_SIZE])
{
	const char *data_home = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");
	int size;

	/* The XDG Base Directory Specification ignores paths that are not absolute. */
	if (data_home && data_home[0] == '/')
		size = snprintf(path, NODE_PATH_SIZE, "%s/cairn", data_home);
	else if (home && home[0])
		size = snprintf(path, NODE_PATH_SIZE, "%s/.local/share/cairn", home);
	else
		return false;
	return size < NODE_PATH_SIZE;
}

/* -- Unix sockets ------------------------------------------------------------------- */

/* A path that is too long for sun_path is reached through its folder, held open. */
static enum exit_code use_socket(struct node_address *address, const char *path,
                                 struct failure *failure)
{
	const char *slash = strrchr(path, '/');
	char folder[NODE_PATH_SIZE];
	int size;

	if (strlen(path) >= sizeof address->name)
		return too_long(failure, path);
	snprintf(address->url, sizeof address->url, "%s", SOCKET_URL);
	snprintf(address->name, sizeof address->name, "%s", path);
	if (strlen(path) < sizeof address->socket) {
		strcpy(address->socket, path);
		return EXIT_CODE_OK;
	}
	if (!slash)
		return too_long(failure, path);
	snprintf(folder, sizeof folder, "%.*s", (int)(slash - path) + 1, path);
	address->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (address->folder < 0)
		return failure_set(failure, EXIT_CODE_UNREACHABLE,
		                   "cannot reach the node: %.200s: %s", folder, strerror(errno));
	size = snprintf(address->socket, sizeof address->socket, "/proc/self/fd/%d/%s",
	                address->folder, slash + 1);
	return size < (int)sizeof address->socket ? EXIT_CODE_OK : too_long(failure, path);
}

static bool is_socket(const char *path)
{
	struct stat facts;

	return stat(path, &facts) == 0 && S_ISSOCK(facts.st_mode);
}

/* Does somebody listen there? A node that was killed leaves its file behind. */
static bool is_answered(const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int descriptor;
	bool answered;

	if (!is_socket(path) || strlen(path) >= sizeof name.sun_path)
		return false;
	strcpy(name.sun_path, path);
	descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return false;
	answered = connect(descriptor, (struct sockaddr *)&name, sizeof name) == 0;
	close(descriptor);
	return answered;
}

/* -- URLs --------------------------------------------------------------------------- */

/* By number: 127.0.0.1.example.org is a name like any other. */
static bool is_this_machine(const char *host)
{
	struct in_addr address;

	if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, host, &address) == 1 &&
	       ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET;
}

/* A part of a URL; NULL: it has none. Free it with curl_free. */
static char *part_of(CURLU *url, CURLUPart part)
{
	char *text = NULL;

	return curl_url_get(url, part, &text, 0) == CURLUE_OK ? text : NULL;
}

static enum exit_code check_url(const char *text, bool *may_have_cookie,
                                struct failure *failure)
{
	CURLU *url = curl_url();
	char *scheme, *host, *user;
	enum exit_code exit_code = EXIT_CODE_OK;

	if (!url)
		return failure_set(failure, EXIT_CODE_FAILURE, "out of memory");
	curl_url_set(url, CURLUPART_URL, text, 0);
	scheme = part_of(url, CURLUPART_SCHEME);
	host = part_of(url, CURLUPART_HOST);
	user = part_of(url, CURLUPART_USER);
	if (!scheme || !host ||
	    (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)) {
		failure_set(failure, EXIT_CODE_USAGE, "--node: '%.200s' is no address", text);
		exit_code = failure_hint(failure, "http://host:port, host:port, or the path of "
		                                  "a Unix socket");
	} else if (user) {
		/* Everybody on this machine can read our arguments. */
		failure_set(failure, EXIT_CODE_USAGE, "a password does not belong into --node");
		exit_code = failure_hint(failure, "put the line into rpc.cookie of a folder of "
		                                  "your own and name it with --data-dir");
	} else {
		*may_have_cookie = is_this_machine(host) || strcmp(scheme, "https") == 0;
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_url_cleanup(url);
	return exit_code;
}

static enum exit_code use_url(struct node_address *address, const char *url,
                              const char *data_dir, struct failure *failure)
{
	bool may_have_cookie = false;
	enum exit_code exit_code;

	if (strlen(url) >= sizeof address->url)
		return too_long(failure, url);
	exit_code = check_url(url, &may_have_cookie, failure);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	strcpy(address->url, url);
	strcpy(address->name, url);
	if (data_dir && may_have_cookie &&
	    snprintf(address->cookie_path, sizeof address->cookie_path, "%s/%s", data_dir,
	             COOKIE_NAME) >= (int)sizeof address->cookie_path)
		return too_long(failure, data_dir);
	return EXIT_CODE_OK;
}

static enum exit_code use_default_port(struct node_address *address, const char *data_dir,
                                       struct failure *failure)
{
	char url[64];

	snprintf(url, sizeof url, "http://127.0.0.1:%d", NODE_PORT);
	return use_url(address, url, data_dir, failure);
}

/* -- What the options say ----------------------------------------------------------- */

static enum exit_code use_node(struct node_address *address, const char *node,
                               const char *data_dir, struct failure *failure)
{
	char url[NODE_URL_SIZE];

	if (strncmp(node, "unix:", 5) == 0) {
		node += 5;
		return use_socket(address, strncmp(node, "//", 2) == 0 ? node + 2 : node,
		                  failure);
	}
	if (strstr(node, "://"))
		return use_url(address, node, data_dir, failure);
	if (strchr(node, '/') || is_socket(node))
		return use_socket(address, node, failure);
	/* host:port, or a host alone, which has our port */
	if (snprintf(url, sizeof url, "http://%s", node) >= (int)sizeof url)
		return too_long(failure, node);
	if (!strchr(node, ':'))
		snprintf(url + strlen(url), sizeof url - strlen(url), ":%d", NODE_PORT);
	return use_url(address, url, data_dir, failure);
}

static enum exit_code use_data_dir(struct node_address *address, const char *data_dir,
                                   struct failure *failure)
{
	static const char *const places[] = {"", "/node0", "/node1"};
	char path[NODE_PATH_SIZE];

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		if (snprintf(path, sizeof path, "%s%s/%s", data_dir, places[i], SOCKET_NAME) >=
		    (int)sizeof path)
			return too_long(failure, data_dir);
		if (is_socket(path))
			return use_socket(address, path, failure);
	}
	snprintf(path, sizeof path, "%s/%s", data_dir, COOKIE_NAME);
	if (access(path, F_OK) == 0)
		return use_default_port(address, data_dir, failure);
	/* Nobody is there. The socket's path makes the sentence that says so. */
	snprintf(path, sizeof path, "%s/%s", data_dir, SOCKET_NAME);
	return use_socket(address, path, failure);
}

/* Sockets that answer in the folders of a folder. *found counts all, `path` is the first.
 */
static void look_around(char path[NODE_PATH_SIZE], size_t *found, const char *folder)
{
	DIR *open_folder = opendir(folder);
	struct dirent *entry;

	while (open_folder && (entry = readdir(open_folder))) {
		char candidate[NODE_PATH_SIZE];

		if (entry->d_name[0] == '.' ||
		    snprintf(candidate, sizeof candidate, "%s/%s/%s", folder, entry->d_name,
		             SOCKET_NAME) >= (int)sizeof candidate ||
		    !is_answered(candidate))
			continue;
		*found += 1;
		if (*found == 1)
			strcpy(path, candidate);
	}
	if (open_folder)
		closedir(open_folder);
}

static enum exit_code look_for_one(struct node_address *address, struct failure *failure)
{
	char folder[NODE_PATH_SIZE];
	char path[NODE_PATH_SIZE] = SERVICE_FOLDER "/" SOCKET_NAME;
	size_t found = 0;

	if (person_folder(folder))
		look_around(path, &found, folder);
	if (found > 1) {
		failure_set(failure, EXIT_CODE_USAGE, "several nodes of yours are running");
		return failure_hint(failure, "choose one with --data-dir %.100s/<network>",
		                    folder);
	}
	if (found == 1 || is_answered(path))
		return use_socket(address, path, failure);
	return use_default_port(address, SERVICE_FOLDER, failure);
}

enum exit_code node_address_find(struct node_address *address, const char *node,
                                 const char *data_dir, struct failure *failure)
{
	enum exit_code exit_code;

	*address = (struct node_address){.folder = -1};
	if (node)
		exit_code = use_node(address, node, data_dir, failure);
	else if (data_dir)
		exit_code = use_data_dir(address, data_dir, failure);
	else
		exit_code = look_for_one(address, failure);
	if (exit_code != EXIT_CODE_OK)
		node_address_close(address);
	return exit_code;
}

void node_address_close(struct node_address *address)
{
	if (address->folder >= 0)
		close(address->folder);
	*address = (struct node_address){.folder = -1};
}

/* -- The cookie --------------------------------------------------------------------- */

enum exit_code node_address_cookie(char cookie[NODE_COOKIE_SIZE],
                                   const struct node_address *address,
                                   struct failure *failure)
{
	FILE *file;

	cookie[0] = '\0';
	if (!address->cookie_path[0])
		return EXIT_CODE_OK;
	file = fopen(address->cookie_path, "re");
	if (!file && errno == EACCES)
		return failure_set(failure, EXIT_CODE_NOT_PERMITTED,
		                   "the node's cookie %.300s is not yours to read",
		                   address->cookie_path);
	if (!file)
		return EXIT_CODE_OK;
	setvbuf(file, NULL, _IONBF, 0); /* no copy of a secret in a buffer */
	if (!fgets(cookie, NODE_COOKIE_SIZE, file))
		cookie[0] = '\0';
	cookie[strcspn(cookie, "\r\n")] = '\0';
	fclose(file);
	return EXIT_CODE_OK;
}
