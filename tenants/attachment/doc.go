// Package attachment says what a file is that a stranger sent to others: its type
// by its content, whatever the sender called it; a name that is text and nothing
// more; and whether it is refused. What it lets through is handed out to be saved,
// never to be shown. It stores nothing and knows nobody.
package attachment
