/* Measures what libxmlsec1 needs to verify the signatures of a SAML message.
 *
 * Usage: verify CERTIFICATE.pem MESSAGE.xml ROUNDS ITERATIONS
 *
 * One iteration parses the message, registers its IDs, and verifies every ds:Signature in it with a key that was
 * loaded before; that is all a caller of this library must do at least, and nothing more is counted. Prints one line
 * for each round: nanoseconds of CPU time an iteration. Ends with code 1 if a signature does not verify.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/valid.h>
#include <xmlsec/crypto.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

static void fail(const char *what) {
    fprintf(stderr, "verify: %s\n", what);
    exit(1);
}

static char *read_file(const char *path, int *length) {
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) fail("the message cannot be opened");
    long size = ftell(file);
    rewind(file);
    char *text = malloc((size_t)size);
    if (text == NULL || fread(text, 1, (size_t)size, file) != (size_t)size) fail("the message cannot be read");
    fclose(file);
    *length = (int)size;
    return text;
}

static xmlNodePtr next_node(xmlNodePtr node) {
    if (node->children != NULL) return node->children;
    while (node != NULL && node->next == NULL) node = node->parent;
    return node == NULL ? NULL : node->next;
}

static void register_ids(xmlDocPtr document) {
    for (xmlNodePtr node = xmlDocGetRootElement(document); node != NULL; node = next_node(node)) {
        if (node->type != XML_ELEMENT_NODE) continue;
        xmlAttrPtr attribute = xmlHasProp(node, BAD_CAST "ID");
        if (attribute == NULL) continue;
        xmlChar *value = xmlNodeListGetString(document, attribute->children, 1);
        if (value == NULL || xmlAddID(NULL, document, value, attribute) == NULL) fail("an ID is not unique");
        xmlFree(value);
    }
}

static void verify_signature(xmlNodePtr signature, xmlSecKeyPtr key) {
    xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(NULL);
    if (context == NULL) fail("no context");
    context->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
    context->signKey = key;
    if (xmlSecDSigCtxVerify(context, signature) < 0) fail("the signature cannot be read");
    if (context->status != xmlSecDSigStatusSucceeded) fail("the signature does not verify");
    /* The context would free the key, which is loaded once. */
    context->signKey = NULL;
    xmlSecDSigCtxDestroy(context);
}

static void verify_message(const char *text, int length, xmlSecKeyPtr key) {
    int signatures = 0;
    xmlDocPtr document = xmlReadMemory(text, length, NULL, NULL, XML_PARSE_NONET);
    if (document == NULL) fail("the message is not well-formed");
    register_ids(document);
    for (xmlNodePtr node = xmlDocGetRootElement(document); node != NULL; node = next_node(node)) {
        if (xmlSecCheckNodeName(node, xmlSecNodeSignature, xmlSecDSigNs)) {
            verify_signature(node, key);
            signatures += 1;
        }
    }
    if (signatures == 0) fail("there is no signature");
    xmlFreeDoc(document);
}

static double cpu_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(int count, char **arguments) {
    if (count != 5) fail("usage: verify CERTIFICATE.pem MESSAGE.xml ROUNDS ITERATIONS");
    xmlInitParser();
    if (xmlSecInit() < 0 || xmlSecCryptoAppInit(NULL) < 0 || xmlSecCryptoInit() < 0) fail("no libxmlsec1");
    xmlSecKeyPtr key = xmlSecCryptoAppKeyLoad(arguments[1], xmlSecKeyDataFormatCertPem, NULL, NULL, NULL);
    if (key == NULL) fail("the certificate cannot be read");

    int length = 0;
    char *text = read_file(arguments[2], &length);
    int rounds = atoi(arguments[3]);
    int iterations = atoi(arguments[4]);
    for (int warm = 0; warm < iterations / 4 + 1; warm += 1) verify_message(text, length, key);
    for (int round = 0; round < rounds; round += 1) {
        double start = cpu_nanoseconds();
        for (int iteration = 0; iteration < iterations; iteration += 1) verify_message(text, length, key);
        printf("%.0f\n", (cpu_nanoseconds() - start) / iterations);
    }
    return 0;
}
