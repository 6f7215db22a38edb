// Lucide icons, drawn from the package's own SVG text so that the bundle holds only those named here.
import {
  Ban,
  Check,
  ChevronDown,
  ChevronLeft,
  ChevronRight,
  ChevronUp,
  CircleAlert,
  ClipboardList,
  Clock,
  Copy,
  CreditCard,
  Crown,
  Ellipsis,
  File,
  Film,
  Hand,
  Headphones,
  Download,
  Info,
  Keyboard,
  LayoutGrid,
  Lock,
  LogOut,
  Maximize,
  MessageSquare,
  Mic,
  MicOff,
  Minimize,
  MonitorSmartphone,
  MonitorUp,
  MonitorX,
  PanelRight,
  Paperclip,
  Pencil,
  PhoneOff,
  PictureInPicture2,
  Pin,
  Reply,
  SendHorizontal,
  ShieldCheck,
  Shrink,
  Smile,
  Spotlight,
  SquareUser,
  SmilePlus,
  Trash2,
  TriangleAlert,
  Type,
  UserCog,
  UserMinus,
  Users,
  Video,
  VideoOff,
  Volume2,
  Wifi,
  WifiOff,
  X,
  ZoomIn,
  ZoomOut,
} from "lucide-static";

const sources = {
  chat: MessageSquare,
  check: Check,
  "chevron-down": ChevronDown,
  "chevron-left": ChevronLeft,
  "chevron-right": ChevronRight,
  "chevron-up": ChevronUp,
  alert: CircleAlert,
  clock: Clock,
  copy: Copy,
  card: CreditCard,
  info: Info,
  leave: LogOut,
  lock: Lock,
  mic: Mic,
  "mic-off": MicOff,
  delete: Trash2,
  edit: Pencil,
  reply: Reply,
  emoji: SmilePlus,
  save: Download,
  attach: Paperclip,
  file: File,
  send: SendHorizontal,
  devices: MonitorSmartphone,
  "end-for-all": PhoneOff,
  warning: TriangleAlert,
  host: ShieldCheck,
  people: Users,
  react: Smile,
  video: Video,
  "video-off": VideoOff,
  speaker: Volume2,
  "signal-good": Wifi,
  "signal-lost": WifiOff,
  close: X,
  pin: Pin,
  share: MonitorUp,
  "share-off": MonitorX,
  more: Ellipsis,
  grid: LayoutGrid,
  "one-large": SquareUser,
  sidebar: PanelRight,
  keyboard: Keyboard,
  full: Maximize,
  "full-off": Minimize,
  float: PictureInPicture2,
  "zoom-in": ZoomIn,
  "zoom-out": ZoomOut,
  fit: Shrink,
  hand: Hand,
  ban: Ban,
  remove: UserMinus,
  cohost: UserCog,
  crown: Crown,
  spotlight: Spotlight,
  "sound-only": Headphones,
  report: ClipboardList,
  text: Type,
  motion: Film,
};

export type IconName = keyof typeof sources;

const parsed = new Map<string, SVGElement>();

type Size = 14 | 16 | 18 | 20 | 22;

/** The icon as an element, hidden from screen readers: the word beside it says what it means. */
export const icon = (name: IconName, size: Size = 20): SVGElement => drawIcon(sources[name], size);

/** Draws one of the package's icons that only a part of the page has, which brings it along. */
export function drawIcon(source: string, size: Size): SVGElement {
  let drawn = parsed.get(source);
  if (!drawn) {
    const svg = new DOMParser().parseFromString(source, "image/svg+xml").documentElement;
    for (const attribute of ["class", "stroke-width"]) svg.removeAttribute(attribute);
    drawn = document.importNode(svg, true) as unknown as SVGElement;
    drawn.setAttribute("aria-hidden", "true");
    parsed.set(source, drawn);
  }
  const copy = drawn.cloneNode(true) as SVGElement;
  copy.classList.add("icon", `icon-${size}`);
  copy.setAttribute("width", String(size));
  copy.setAttribute("height", String(size));
  return copy;
}

/** Swaps the icon inside an element without touching its words. */
export function setIcon(holder: Element, name: IconName, size?: Size): void {
  if (holder.getAttribute("data-icon") === name) return;
  holder.setAttribute("data-icon", name);
  holder.replaceChildren(icon(name, size));
}
