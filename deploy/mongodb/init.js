// Makes the replica set and the services' user; run by mongosh as root, harmless the second time.
const admin = db.getSiblingDB("admin");
admin.auth("root", process.env.MONGODB_ROOT_PASSWORD);

const NOT_YET_INITIALIZED = 94;
try {
  rs.status();
} catch (error) {
  if (error.code !== NOT_YET_INITIALIZED) throw error;
  rs.initiate({ _id: "gancang", members: [{ _id: 0, host: "mongodb:27017" }] });
}
while (!admin.hello().isWritablePrimary) sleep(200);

// Its own database and nothing else: no other one, no users, no server commands.
const store = db.getSiblingDB("gancang");
const user = { pwd: process.env.MONGODB_PASSWORD, roles: [{ role: "readWrite", db: "gancang" }] };
if (store.getUser("gancang")) store.updateUser("gancang", user);
else store.createUser({ user: "gancang", ...user });
print("replica set gancang, user gancang");
