import type { Messages } from '../contract.ts';
import { decisionPost } from './decision.ts';
import { drillPost } from './drill.ts';
import { dutyPost } from './duty.ts';
import { homeView } from './home.ts';
import { announcementPost, closingPost, statusPost, topicOf } from './status.ts';
import { detailPost, escalationPost, reminderPost } from './thread.ts';

export const messages: Messages = {
  decision: decisionPost,
  status: statusPost,
  announcement: announcementPost,
  closing: closingPost,
  detail: detailPost,
  reminder: reminderPost,
  escalation: escalationPost,
  duty: dutyPost,
  drill: drillPost,
  topic: topicOf,
  home: homeView,
};
