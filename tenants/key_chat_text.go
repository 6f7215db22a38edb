package tenants

// The message catalogue ids of faults of a meeting's chat.
const (
	KeyChatFileMany    = "error.chat.file_many"    // one person has sent as much in one meeting as they may
	KeyChatEmpty       = "error.chat.empty"        // nothing to read in it
	KeyChatLong        = "error.chat.long"         // more than ChatMost characters
	KeyChatClient      = "error.chat.client"       // no client id, or one of the wrong shape
	KeyChatClear       = "error.chat.clear"        // not sealed, in an encrypted meeting
	KeyChatSealed      = "error.chat.sealed"       // sealed, in a meeting that is not encrypted; or no such seal
	KeyChatOutside     = "error.chat.outside"      // not in the meeting
	KeyChatRecipient   = "error.chat.recipient"    // who is written to is not in the meeting
	KeyChatGone        = "error.chat.gone"         // the message is not there, or not to be seen
	KeyChatForeign     = "error.chat.foreign"      // somebody else wrote it
	KeyChatReactions   = "error.chat.reactions"    // a message has as many different ones as it may
	KeyChatFileEmpty   = "error.chat.file_empty"   // a file without anything in it
	KeyChatFileLarge   = "error.chat.file_large"   // a file of more than ChatFileMost bytes
	KeyChatFileProgram = "error.chat.file_program" // a file that a computer runs
	KeyChatFileGone    = "error.chat.file_gone"    // the file is not there, or not to be seen
	KeyChatFileRuns    = "error.chat.file_runs"    // the file's meeting is not over
	KeyChatFull        = "error.chat.full"         // as many messages as a meeting may have
)
